import assert from 'node:assert/strict'
import { test } from 'node:test'
import { privateRepository, safeActions } from '../../../test/support/repository-facts.ts'
import type { ActionsSettings } from '../../model/repository.ts'
import type { FileFacts } from './file-state.ts'
import { planSetup, rightsFor, type SetupWishes } from './plan.ts'
import type { SetupFacts } from './read-facts.ts'

const wishes: SetupWishes = {
  allowPublic: false,
  retentionDays: null,
  version: '1.2.3',
  name: 'octo/queue',
  replace: [],
  keep: [],
}

const path = '.github/workflows/job.yml'
const shipped = 'new\n'

function fileOf(file: Partial<FileFacts> = {}): FileFacts {
  const rest = { current: shipped, base: shipped, merge: null, problem: null }
  return { path, isWorkflow: true, shipped, ...rest, ...file }
}

function facts(more: Partial<Extract<SetupFacts, { kind: 'there' }>> = {}): SetupFacts {
  return {
    kind: 'there',
    repository: privateRepository,
    settings: safeActions,
    head: 'abc',
    files: [fileOf()],
    ...more,
  }
}

/** The kinds of the changes; a refused plan is none. */
function kinds(given: SetupFacts, asked: Partial<SetupWishes> = {}): readonly string[] {
  const plan = planSetup(given, { ...wishes, ...asked })
  assert.ok(plan.kind === 'plan')
  return plan.changes.map(({ kind }) => kind)
}

function stateOfFile(file: Partial<FileFacts>, asked: Partial<SetupWishes> = {}) {
  const plan = planSetup(facts({ files: [fileOf(file)] }), { ...wishes, ...asked })
  assert.ok(plan.kind === 'plan')
  const [change] = plan.changes
  const written = change?.kind === 'files' ? change.files.map(({ path }) => path) : []
  return { state: plan.files[0]?.state, written }
}

test('a repository that is as it should be is left alone', () => {
  assert.deepEqual(kinds(facts()), [])
})

test('a repository that is not there is made first, and what is written comes last', () => {
  const files = [fileOf({ current: null, base: null })]
  assert.deepEqual(kinds({ kind: 'missing', files }), [
    'create_repository',
    'policy',
    'selected_actions',
    'workflow_permissions',
    'retention',
    'files',
  ])
})

test('a public repository is refused with the reason, unless it is forced', () => {
  const open = facts({ repository: { ...privateRepository, visibility: 'public' } })
  const plan = planSetup(open, wishes)
  assert.ok(plan.kind === 'refused')
  assert.match(plan.reason, /whoever can open a pull request there could run code on your machines/)
  assert.deepEqual(kinds(open, { allowPublic: true }), [])
  assert.equal(
    planSetup(facts({ repository: { ...privateRepository, archived: true } }), wishes).kind,
    'refused',
  )
})

test('each setting is changed by itself, and what the user has set more narrowly or besides stays', () => {
  const from = (settings: Partial<ActionsSettings>, asked: Partial<SetupWishes> = {}) =>
    kinds(facts({ settings: { ...safeActions, ...settings } }), asked)
  assert.deepEqual(from({ enabled: false }), ['policy'])
  assert.deepEqual(from({ shaPinningRequired: false }), ['policy'])
  assert.deepEqual(from({ allowedActions: 'all', selectedActions: null }), ['policy', 'selected_actions'])
  assert.deepEqual(from({ selectedActions: { githubOwned: true, verified: true, patterns: ['me/*'] } }), [])
  assert.deepEqual(from({ workflowPermissions: { default: 'write', canApprovePullRequests: false } }), [
    'workflow_permissions',
  ])
  assert.deepEqual(from({ retentionDays: 90 }), ['retention'])
  assert.deepEqual(from({ retentionDays: 30 }), [])
  assert.deepEqual(from({ retentionDays: 30 }, { retentionDays: 7 }), ['retention'])
  assert.deepEqual(from({ retentionDays: null }, { retentionDays: 7 }), [])
})

test('patterns that the user has allowed stay when GitHub’s own actions are added', () => {
  const selectedActions = { githubOwned: false, verified: false, patterns: ['me/*'] }
  const plan = planSetup(facts({ settings: { ...safeActions, selectedActions } }), wishes)
  assert.ok(plan.kind === 'plan')
  const [change] = plan.changes
  assert.deepEqual(change?.kind === 'selected_actions' && change.selected.patterns, ['me/*'])
})

test('a file that is missing or older is written, with its record', () => {
  const record = `.relayq/shipped/${path}`
  assert.deepEqual(stateOfFile({ current: null, base: null }).written, [path, record])
  assert.deepEqual(stateOfFile({ current: 'old\n', base: 'old\n' }).written, [path, record])
  assert.deepEqual(stateOfFile({ base: null }).written, [record], 'there, and not recorded')
})

test('edits stay: alone, merged, or where a file was removed', () => {
  assert.deepEqual(stateOfFile({ current: 'mine\n' }), { state: { kind: 'edited' }, written: [] })
  assert.equal(stateOfFile({ current: null, base: shipped }).state?.kind, 'removed')
  const merge = { kind: 'merged', text: 'both\n' } as const
  const merged = stateOfFile({ current: 'mine\n', base: 'old\n', merge })
  assert.deepEqual(merged.state, { kind: 'to_write', how: 'merged', text: 'both\n' })
  const same = stateOfFile({ current: 'mine\n', base: 'old\n', merge: { kind: 'merged', text: 'mine\n' } })
  assert.deepEqual(same, { state: { kind: 'edited' }, written: [`.relayq/shipped/${path}`] })
})

test('a conflict is left, with its record, so that the next run compares with the same base', () => {
  const file = { current: 'mine\n', base: 'old\n' }
  const conflict = stateOfFile({ ...file, merge: { kind: 'conflict', text: '<<<<<<<' } })
  assert.deepEqual(conflict, { state: { kind: 'left', why: 'conflict', text: '<<<<<<<' }, written: [] })
  const merge = { kind: 'merged', text: 'no: [workflow' } as const
  assert.equal(stateOfFile({ ...file, merge, problem: 'no jobs' }).state?.kind, 'left')
  assert.equal(stateOfFile({ ...file, merge: { kind: 'no_git' } }).state?.kind, 'left')
})

test('a workflow of unknown origin is left, a policy of the user’s own is no matter', () => {
  assert.equal(stateOfFile({ current: 'mine\n', base: null }).state?.kind, 'left')
  assert.equal(stateOfFile({ current: 'mine\n', base: null, isWorkflow: false }).state?.kind, 'own')
})

test('the user decides of single files', () => {
  const file = { current: 'mine\n', base: 'old\n', merge: { kind: 'conflict', text: '' } } as const
  assert.deepEqual(stateOfFile(file, { replace: [path] }).written, [path, `.relayq/shipped/${path}`])
  assert.deepEqual(stateOfFile(file, { keep: [path] }).written, [`.relayq/shipped/${path}`])
  const unknown = { current: 'mine\n', base: null }
  assert.deepEqual(stateOfFile(unknown, { keep: [path] }).written, [`.relayq/shipped/${path}`])
})

test('a plan names the rights it takes, and one without changes none', () => {
  const plan = planSetup({ kind: 'missing', files: [fileOf({ current: null, base: null })] }, wishes)
  assert.ok(plan.kind === 'plan')
  assert.deepEqual(
    rightsFor(plan.changes).map(({ permission, level }) => `${permission}=${level}`),
    ['administration=write', 'contents=write', 'workflows=write'],
  )
  assert.deepEqual(rightsFor([]), [])
})
