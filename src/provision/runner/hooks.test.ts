import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { temporaryFolder } from '../../../test/support/git-repository.ts'
import { allowFile, jobCompletedHook, jobStartedHook } from './hooks.ts'

const allowed = {
  GITHUB_REPOSITORY: 'octo/queue',
  GITHUB_EVENT_NAME: 'workflow_dispatch',
  GITHUB_ACTOR: 'octo',
  GITHUB_WORKFLOW_REF: 'octo/queue/.github/workflows/transcribe_audio.yml@refs/heads/main',
}

/** Runs a hook as actions/runner does, by each shell that /bin/sh may be. */
function hook(t: TestContext, shell: string) {
  const folder = temporaryFolder(t)
  const allow = join(folder, "it's allowed")
  const lists = {
    repository: 'octo/Queue',
    workflows: ['transcribe_audio.yml'],
    actors: ['Octo', 'helper[bot]'],
  }
  writeFileSync(allow, allowFile(lists))
  const path = join(folder, 'job-started.sh')
  writeFileSync(path, jobStartedHook(allow))
  const run = (env: Readonly<Record<string, string>>) => {
    const { status, stdout, stderr } = spawnSync(shell, ['-e', path], { env, cwd: folder, encoding: 'utf8' })
    return { status, said: stdout + stderr }
  }
  return { run, folder, allow }
}

for (const shell of ['/bin/bash', '/bin/sh']) {
  test(`${shell}: jobs of the repository’s own workflows and people get in`, t => {
    const { run } = hook(t, shell)
    for (const more of [
      {},
      { GITHUB_REPOSITORY: 'OCTO/queue', GITHUB_ACTOR: 'oCTo' },
      { GITHUB_ACTOR: 'helper[bot]' },
      { GITHUB_EVENT_NAME: 'schedule', GITHUB_HEAD_REF: '' },
      { GITHUB_WORKFLOW_REF: 'octo/queue/.github/workflows/transcribe_audio.yml@refs/tags/v1.0' },
    ]) {
      assert.deepEqual(run({ ...allowed, ...more }), { status: 0, said: '' }, JSON.stringify(more))
    }
  })

  test(`${shell}: all others are refused with one line that says why`, t => {
    const { run, folder } = hook(t, shell)
    const workflow = 'octo/queue/.github/workflows/'
    const refused: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
      ['repository evil/queue is not in', { GITHUB_REPOSITORY: 'evil/queue' }],
      ['repository octo/queue2', { GITHUB_REPOSITORY: 'octo/queue2' }],
      ['has no repository', { GITHUB_REPOSITORY: '' }],
      ['event pull_request', { GITHUB_EVENT_NAME: 'pull_request' }],
      ['event pull_request_target', { GITHUB_EVENT_NAME: 'pull_request_target' }],
      ['event push', { GITHUB_EVENT_NAME: 'push' }],
      ['actor mallory', { GITHUB_ACTOR: 'mallory' }],
      ['of a pull request', { GITHUB_HEAD_REF: 'patch-1' }],
      ['workflow unknown.yml', { GITHUB_WORKFLOW_REF: `${workflow}unknown.yml@refs/heads/main` }],
      [
        'neither a branch nor a tag',
        { GITHUB_WORKFLOW_REF: `${workflow}transcribe_audio.yml@refs/pull/7/merge` },
      ],
      ['neither a branch nor a tag', { GITHUB_WORKFLOW_REF: `${workflow}transcribe_audio.yml` }],
      [
        'of another place',
        { GITHUB_WORKFLOW_REF: 'evil/x/.github/workflows/transcribe_audio.yml@refs/heads/main' },
      ],
      ['of another place', { GITHUB_WORKFLOW_REF: `${workflow}sub/transcribe_audio.yml@refs/heads/main` }],
      ['neither a branch', { GITHUB_WORKFLOW_REF: '' }],
      // A pattern of grep, a second pattern on a line of its own, an option, a command, a command of the runner's.
      ['forbidden characters', { GITHUB_ACTOR: 'o.*' }],
      ['forbidden characters', { GITHUB_ACTOR: 'mallory\nactor octo' }],
      ['actor -f', { GITHUB_ACTOR: '-f' }],
      ['forbidden characters', { GITHUB_ACTOR: '$(touch taken)`touch taken`' }],
      ['forbidden characters', { GITHUB_ACTOR: 'x\n::add-path::/tmp/evil' }],
      ['forbidden characters', { GITHUB_REPOSITORY: 'octo/queue\u001b[31m' }],
      ['forbidden characters', { GITHUB_WORKFLOW_REF: `${workflow}a;touch taken.yml@refs/heads/main` }],
      [
        'forbidden characters',
        { GITHUB_WORKFLOW_REF: `${workflow}transcribe_audio.yml@refs/heads/x\n##[add-mask]y` },
      ],
    ]
    for (const [why, more] of refused) {
      const { status, said } = run({ ...allowed, ...more })
      assert.equal(status, 1, JSON.stringify(more))
      assert.match(said, /^relayq: this job is refused: [^\n]+\n$/, JSON.stringify(more))
      assert.ok(said.includes(why), `${said} says ${why}`)
      assert.ok(!/^\s*::|##\[/m.test(said) && !said.includes('\u001b'), said)
    }
    assert.equal(existsSync(join(folder, 'taken')), false)
  })
}

test('A hook without its list lets nobody in, and a PATH of the job’s changes nothing', t => {
  const { run, folder, allow } = hook(t, '/bin/bash')
  writeFileSync(join(folder, 'grep'), '#!/bin/sh\nexit 0\n')
  chmodSync(join(folder, 'grep'), 0o755)
  assert.equal(run({ ...allowed, GITHUB_ACTOR: 'mallory', PATH: folder }).status, 1)
  writeFileSync(allow, '')
  assert.equal(run(allowed).status, 1)
})

/** A work folder as the runner has it during a job, with something beside it that must stay. */
function workplace(t: TestContext) {
  const folder = temporaryFolder(t)
  const work = join(folder, 'wo rk')
  const workspace = join(work, 'queue', 'queue')
  const temp = join(work, '_temp')
  const outside = join(folder, 'outside')
  for (const path of [workspace, join(temp, '_runner_file_commands'), outside, join(work, '_tool')]) {
    mkdirSync(path, { recursive: true })
  }
  writeFileSync(join(outside, 'precious'), 'x')
  writeFileSync(join(work, '_tool', 'node'), 'x')
  writeFileSync(join(temp, '_runner_file_commands', 'add_path'), 'x')
  writeFileSync(join(folder, 'job-completed.sh'), jobCompletedHook(work))
  const run = (env: Readonly<Record<string, string>> = {}) =>
    spawnSync('bash', ['-e', join(folder, 'job-completed.sh')], {
      env: { GITHUB_WORKSPACE: workspace, RUNNER_TEMP: temp, ...env },
      encoding: 'utf8',
    })
  const kept = () => {
    assert.equal(readFileSync(join(outside, 'precious'), 'utf8'), 'x')
    assert.equal(readFileSync(join(work, '_tool', 'node'), 'utf8'), 'x')
    assert.equal(readFileSync(join(temp, '_runner_file_commands', 'add_path'), 'utf8'), 'x')
  }
  return { folder, work, workspace, temp, outside, run, kept }
}

test('After a job its workspace and temporary files are gone, whatever their names and modes', t => {
  const { workspace, temp, outside, run, kept } = workplace(t)
  for (const name of ['a', '-rf', 'with space', 'line\nend', '.hidden', '*']) {
    writeFileSync(join(workspace, name), 'secret')
    mkdirSync(join(temp, `${name} dir`, 'deep'), { recursive: true })
  }
  mkdirSync(join(workspace, 'locked', 'inner'), { recursive: true })
  writeFileSync(join(workspace, 'locked', 'inner', 'file'), 'x')
  chmodSync(join(workspace, 'locked', 'inner'), 0o000)
  chmodSync(join(workspace, 'locked'), 0o500)
  symlinkSync(outside, join(workspace, 'link'))
  symlinkSync('/etc', join(temp, 'etc'))
  const { status, stdout, stderr } = run()
  assert.deepEqual([status, stdout, stderr], [0, '', ''])
  assert.deepEqual(readdirSync(workspace), [])
  assert.deepEqual(readdirSync(temp), ['_runner_file_commands'])
  kept()
})

test('What is not below the work folder is left alone, and said', t => {
  const { work, workspace, outside, folder, run, kept } = workplace(t)
  symlinkSync(outside, join(work, 'queue', 'away'))
  for (const path of [
    outside,
    join(work, 'queue', 'away'),
    work,
    folder,
    '/',
    `${workspace}/../../../outside`,
    '/etc',
  ]) {
    const { status, stdout } = run({ GITHUB_WORKSPACE: path })
    assert.equal(status, 1, path)
    assert.match(stdout, /^relayq: .* is not below the work folder, and is left alone\n$/)
    kept()
  }
  assert.equal(run({ GITHUB_WORKSPACE: '', RUNNER_TEMP: '' }).status, 0)
  assert.equal(run({ GITHUB_WORKSPACE: join(work, 'never', 'made') }).status, 0)
})
