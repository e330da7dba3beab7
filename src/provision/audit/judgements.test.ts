import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../../test/support/git-repository.ts'
import { runChecks } from '../doctor/check.ts'
import type { Finding } from '../doctor/finding.ts'
import { judgeAccount } from './account.ts'
import { judgeActors, type StartedRun } from './actors.ts'
import { fileModesCheck } from './file-modes.ts'
import { type Exposure, judgeExposure } from './repository.ts'

const told = (findings: readonly Finding[]) => findings.map(({ severity, what }) => `${severity}: ${what}`)

test('a file that others may read is a problem, unless its folder is closed to them', async t => {
  const folder = temporaryFolder(t)
  chmodSync(folder, 0o755)
  for (const [name, mode] of [
    ['tight', 0o600],
    ['loose', 0o644],
    ['open', 0o666],
    ['other', 0o644],
  ] as const) {
    writeFileSync(join(folder, name), '')
    chmodSync(join(folder, name), mode)
  }
  mkdirSync(join(folder, 'closed'), { mode: 0o700 })
  writeFileSync(join(folder, 'closed', 'loose'), '')
  const look = (names: RegExp | null) => runChecks([fileModesCheck([{ folder, names }])])

  const findings = await look(/^(tight|loose|open)$/)
  assert.deepEqual(
    findings.map(({ severity, what, where }) => [severity, what, where?.slice(folder.length + 1)]).sort(),
    [
      ['problem', 'others may change it (mode 0666)', 'open'],
      ['problem', 'others may read it (mode 0644)', 'loose'],
      ['warning', 'others could read it (mode 0644)', 'closed/loose'],
    ],
  )
  assert.deepEqual(findings[0]?.mend?.words?.slice(0, 2), ['chmod', '600'])
  assert.deepEqual(told(await look(/tight/)), ['ok: 1 file with secrets, for their owner alone'])
  const nowhere = await runChecks([fileModesCheck([{ folder: join(folder, 'none'), names: null }])])
  assert.deepEqual(told(nowhere), ['ok: 0 files with secrets, for their owner alone'])
})

test('an account with the rights of root is told, whatever gives them', () => {
  const account = { user: 'runner', groups: ['runner', 'audio'], mayUseSudo: false }
  assert.deepEqual(told(judgeAccount(account)), ['ok: runner has no rights beyond its own files'])
  assert.deepEqual(told(judgeAccount({ ...account, groups: ['docker', 'sudo'], mayUseSudo: true })), [
    'problem: runner, as whom jobs run, is in the group docker',
    'problem: runner, as whom jobs run, is in the group sudo',
    'problem: runner, as whom jobs run, may use sudo',
  ])
  assert.deepEqual(told(judgeAccount({ ...account, mayUseSudo: null })), [
    'warning: could not be checked: only root sees what sudo lets runner do',
  ])
  assert.deepEqual(told(judgeAccount({ ...account, user: 'root' })), ['problem: jobs run as root'])
})

test('a repository is well when it is private, its forks do nothing, and tokens read', () => {
  const well: Exposure = {
    fullName: 'octo/queue',
    visibility: 'private',
    allowsForks: false,
    runsForkPullRequests: false,
    workflowPermissions: { default: 'read', canApprovePullRequests: false },
  }
  const judge = (changes: Partial<Exposure>) => told(judgeExposure({ ...well, ...changes }))
  assert.deepEqual(judge({}), ['ok: octo/queue is private'])
  assert.deepEqual(judge({ visibility: 'public', allowsForks: true }), ['problem: octo/queue is public'])
  assert.deepEqual(judge({ allowsForks: true, runsForkPullRequests: true }), [
    'problem: pull requests from forks start workflows',
  ])
  assert.deepEqual(judge({ allowsForks: true, runsForkPullRequests: null }), [
    'warning: octo/queue may be forked',
  ])
  assert.deepEqual(judge({ workflowPermissions: { default: 'write', canApprovePullRequests: true } }), [
    'problem: by default the tokens of jobs may write everything',
    'warning: jobs may approve pull requests',
  ])
  assert.deepEqual(judge({ workflowPermissions: null }), [
    'warning: could not be checked: this token may not see what the tokens of jobs may do',
  ])
})

test('every login that is not expected is told once, with its newest run, and so is code from a fork', () => {
  const run = (
    number: number,
    actors: readonly string[],
    codeFrom: string | null = 'octo/queue',
  ): StartedRun => ({
    actors,
    codeFrom,
    url: `https://github.com/octo/queue/actions/runs/${number}`,
    createdAt: '2026-11-20T10:00:00Z',
  })
  const options = { fullName: 'octo/queue', expected: ['Octo', 'friend'] }
  assert.deepEqual(told(judgeActors([run(2, ['octo', 'octo']), run(1, ['FRIEND'])], options)), [
    'ok: 2 runs, started by Octo or friend',
  ])
  const findings = judgeActors(
    [run(4, ['octo', 'mallory']), run(3, ['mallory', 'mallory']), run(2, ['octo'], 'eve/queue')],
    options,
  )
  assert.deepEqual(
    findings.map(({ what, where }) => [what, where?.split('/').at(-1)]),
    [
      ['mallory started 2 runs', '4'],
      ['code of eve/queue ran in 1 run', '2'],
    ],
  )
})
