import assert from 'node:assert/strict'
import { test } from 'node:test'
import { privateRepository, safeActions } from '../../../../test/support/repository-facts.ts'
import { RelayError } from '../../../base/errors.ts'
import type { ActionsSettings, RepositoryFacts, RightAnswer, TokenFacts } from '../../../model/repository.ts'
import type { Finding } from '../finding.ts'
import { refCheck } from './ref.ts'
import type { RepositorySource } from './repository-source.ts'
import { judgeSettings } from './settings.ts'
import { judgeToken, tokenCheck } from './token.ts'
import { judgeWorkflows } from './workflows.ts'

const now = Date.parse('2026-11-23T12:00:00Z')
const token: TokenFacts = { kind: 'fine_grained', scopes: [], login: 'octo', endsAt: null }
const actions: ActionsSettings = { ...safeActions, retentionDays: 90 }

function inShort(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ severity, what }) => `${severity}: ${what}`)
}

test('A token is told by what it may not do and when it ends', () => {
  const missing = (permission: RightAnswer['permission'], level: RightAnswer['level']): RightAnswer => {
    return { permission, level, answer: 'missing', needed: `${permission}=${level}` }
  }
  const judge = (seen: TokenFacts, ...rights: readonly RightAnswer[]) =>
    judgeToken({ token: seen, rights, page: 'https://github.com/x' }, now)
  assert.deepEqual(inShort(judge(token)), ['ok: of octo; fine-grained; it may do all that is needed'])
  const [dispatch] = judge(token, missing('actions', 'write'))
  assert.equal(dispatch?.severity, 'problem')
  assert.equal(dispatch?.what, 'it lacks Actions: Read and write')
  const mayEnrol: RightAnswer = {
    ...{ permission: 'administration', level: 'write', answer: 'granted', needed: null },
  }
  const [toSetUp] = judge(token, missing('actions', 'write'), mayEnrol)
  assert.equal(toSetUp?.what, 'it is the one to set up, and lacks Actions: Read and write')
  assert.match(toSetUp?.mend?.command ?? '', /^unset GH_TOKEN/)
  const [runners] = judge(token, missing('administration', 'read'))
  assert.equal(runners?.severity, 'warning')
  const soon = { ...token, endsAt: '2026-11-30T00:00:00.000Z' }
  assert.deepEqual(inShort(judge(soon)), ['warning: it ends in 6 days, on 2026-11-30'])
  const later = { ...token, endsAt: '2027-11-30T00:00:00.000Z' }
  assert.match(inShort(judge(later))[0] ?? '', /^ok: .*until 2027-11-30/)
})

test('A token that nobody knows, and a repository that it cannot see, are problems', async () => {
  const refuse = async (): Promise<never> => {
    throw new RelayError('not_authorized', 'The token is not accepted: Bad credentials.')
  }
  const unused = async (): Promise<never> => assert.fail('asked for nothing')
  const source: RepositorySource = {
    name: 'octo/queue',
    tokenPage: null,
    readToken: refuse,
    askRights: unused,
    readRepository: unused,
    readActionsSettings: unused,
    read: unused,
  }
  const look = (changes: Partial<RepositorySource>) =>
    tokenCheck({ ...source, ...changes }).look(new AbortController().signal)
  assert.deepEqual(inShort(await look({})), ['problem: The token is not accepted: Bad credentials.'])
  const blind = { readToken: async () => token, readRepository: async () => null }
  assert.deepEqual(inShort(await look(blind)), ['problem: it cannot see octo/queue, if that is there'])
})

test('A repository that keeps jobs from running is a problem, one that is open to others a warning or worse', () => {
  const judge = (changes: Partial<ActionsSettings>, more: Partial<RepositoryFacts> = {}, isHub = false) =>
    inShort(
      judgeSettings({
        repository: { ...privateRepository, ...more },
        actions: { ...actions, ...changes },
        isHub,
      }),
    )
  assert.deepEqual(judge({}), ['ok: octo/queue is set as it should be'])
  assert.deepEqual(judge({ enabled: false }), ['problem: Actions is switched off'])
  assert.deepEqual(judge({}, { visibility: 'public' }), ['problem: it is public'])
  assert.deepEqual(judge({}, { archived: true }), ['problem: it is archived'])
  assert.deepEqual(judge({ allowedActions: 'local_only' }), [
    'problem: actions/upload-artifact may not run here',
  ])
  const none = { githubOwned: false, verified: false, patterns: [] }
  assert.match(judge({ selectedActions: none })[0] ?? '', /^problem/)
  assert.match(judge({ selectedActions: { ...none, patterns: ['actions/*'] } })[0] ?? '', /^ok/)
  const loose = {
    allowedActions: 'all',
    shaPinningRequired: false,
    workflowPermissions: { default: 'write', canApprovePullRequests: false },
  } as const
  assert.equal(judge(loose).length, 2)
  assert.deepEqual(judge({ retentionDays: 1 }), ['warning: artifacts are kept for 1 day only'])
  // Nobody but its owner reaches a hub.
  assert.match(judge(loose, { visibility: 'public' }, true)[0] ?? '', /^ok/)
})

test('Settings that the token may not read are unknown, and not well', () => {
  const refusal = new RelayError('not_authorized', 'no')
  assert.deepEqual(
    inShort(judgeSettings({ repository: privateRepository, actions: refusal, isHub: false })),
    ['warning: could not be checked: the token may not read its settings'],
  )
})

const shipped = `on:
  workflow_dispatch:
    inputs:
      url:
        default: ''
      relayq_id:
        default: ''
jobs:
  a:
    env:
      RELAYQ_PROTOCOL: '1'
`

test('A workflow must be there, active, and take what this version sends', () => {
  const judge = (state: string | null, text: string | null) =>
    judgeWorkflows([{ file: 'a.yml', state, text, shipped }], 'octo/queue')
  assert.deepEqual(inShort(judge('active', shipped)), ['ok: a.yml there, active and in step'])
  assert.deepEqual(inShort(judge('active', `${shipped}# mine\n`)), ['ok: a.yml there, active and in step'])
  assert.deepEqual(inShort(judge(null, null)), ['problem: a.yml is not on the default branch'])
  const [byHand] = judge('disabled_manually', shipped)
  assert.equal(byHand?.mend?.isSafe, false)
  const [byGitHub] = judge('disabled_inactivity', shipped)
  assert.deepEqual(byGitHub?.mend?.words, ['gh', 'workflow', 'enable', 'a.yml', '--repo', 'octo/queue'])
  const older = shipped.replace("      relayq_id:\n        default: ''\n", '')
  assert.deepEqual(inShort(judge('active', older)), [
    'warning: a.yml is of another version: it takes no relayq_id',
  ])
  assert.deepEqual(inShort(judge('active', shipped.replace("'1'", "'0'"))), [
    'warning: a.yml is of another version: it has not RELAYQ_PROTOCOL 1',
  ])
})

test('The ref that jobs are sent to must be a branch or a tag', async () => {
  const asked: string[] = []
  const source = (found: string) =>
    ({
      name: 'octo/queue',
      read: async (path: string) => {
        asked.push(path)
        return path === found ? {} : null
      },
    }) as RepositorySource
  const look = (ref: string | null, found: string) =>
    refCheck(source(found), ref).look(new AbortController().signal)
  assert.deepEqual(await look(null, ''), [])
  assert.deepEqual(inShort(await look('v1', '/git/ref/tags/v1')), ['ok: v1 is there'])
  assert.deepEqual(inShort(await look('a/b c', '')), [
    'problem: there is no branch or tag "a/b c" in octo/queue',
  ])
  assert.ok(asked.includes('/git/ref/heads/a/b%20c'))
})
