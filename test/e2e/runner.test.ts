import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { isJsonObject, parseJson } from '../../src/base/json.ts'
import { listMarked } from '../../src/base/process-tree.ts'
import { trackingVariable } from '../../src/protocol/worker-ipc.ts'
import {
  saidIn,
  startTestFleet,
  type TestFleet,
  until,
  untilCompleted,
  untilLogged,
} from '../support/fleet.ts'

/** A run and what its jobs said, in lines that begin with `=> `. */
interface Finished {
  readonly runId: number
  readonly conclusion: string | null
  readonly jobs: ReadonlyMap<string, FinishedJob>
}

interface FinishedJob {
  readonly id: number
  readonly conclusion: string | null
  readonly log: string
  readonly said: readonly string[]
  readonly steps: Readonly<Record<string, string | null>>
}

async function finish(fleet: TestFleet, runId: number): Promise<Finished> {
  const { conclusion } = await untilCompleted(fleet, runId, 60_000)
  const jobs = await fleet.broker.listJobs(runId)
  const read = jobs.map(async ({ id, name, conclusion, steps }) => {
    const log = (await fleet.broker.readJobLog(id)) ?? ''
    const ended = steps.map(step => [step.name, step.conclusion] as const)
    return [name, { id, conclusion, log, said: saidIn(log), steps: Object.fromEntries(ended) }] as const
  })
  return { runId, conclusion, jobs: new Map(await Promise.all(read)) }
}

function jobOf({ jobs }: Finished, name: string): FinishedJob {
  const job = jobs.get(name)
  assert.ok(job, `the run has a job ${name}`)
  return job
}

/** Laid out as the official runner's: `owner_repo/<ref>.tar.gz`, one folder at the top. */
function archiveOfAction(folder: string): string {
  const top = join(folder, 'source/actions-cache-abc')
  mkdirSync(top, { recursive: true })
  writeFileSync(join(top, 'action.yml'), 'name: cache\nruns: { using: node24, main: main.js }\n')
  writeFileSync(join(top, 'main.js'), 'console.log("=> the archived action ran")\n')
  mkdirSync(join(folder, 'actions_cache'))
  const archive = join(folder, 'actions_cache/v0-archived.tar.gz')
  execFileSync('tar', ['-C', join(folder, 'source'), '-czf', archive, '.'])
  return archive
}

test('the embedded runner does what GitHub says of a job', { timeout: 180_000 }, async t => {
  const archives = mkdtempSync(join(tmpdir(), 'relayq-archives-'))
  t.after(() => rmSync(archives, { recursive: true, force: true }))
  const archive = archiveOfAction(archives)
  const fleet = await startTestFleet(t, {
    workflows: {},
    folders: {
      '.github/workflows': join(import.meta.dirname, 'runner'),
      actions: join(import.meta.dirname, '../fixtures/actions'),
    },
    runners: [
      { name: 'box', labels: ['self-hosted', 'box'] },
      { name: 'den', labels: ['self-hosted', 'den'] },
    ],
    env: { OWNERS_API_KEY: 'sk-of-the-owner', GH_TOKEN: 'of-the-owner' },
    actionArchiveCache: archives,
  })

  await t.test('scripts, conditions, variables and outputs', async () => {
    const run = await finish(fleet, await fleet.start('steps.yml'))
    const job = jobOf(run, 'write')
    assert.equal(run.conclusion, 'success', job.log)
    assert.deepEqual(job.said.slice(0, 8), [
      "the default shell lets a pipe's first program fail",
      'sh, after a forgiven failure',
      'python workflow job step',
      'perl job',
      'in a folder',
      'not yet unset',
      'found by GITHUB_PATH',
      'from GITHUB_ENV',
    ])
    assert.equal(job.steps['Skipped'], 'skipped')
    assert.match(job.log, /##\[group\]=> a group\n/)
    assert.match(job.log, /^\S+ ::error::=> no command$/m)
    assert.doesNotMatch(job.log, /=> never$/m)
    assert.deepEqual(jobOf(run, 'read').said, [
      'needs {"result":"success","outputs":{"answer":"42","lines":"one\\ntwo"}}',
    ])
    await hasAnnotations(fleet, job.id)
    await hasSummaryOnItsPage(fleet, run.runId)
    showsNoSecret(job)
  })

  await t.test('limits of time', async () => {
    const run = await finish(fleet, await fleet.start('limits.yml'))
    const [step, job] = [jobOf(run, 'step'), jobOf(run, 'job')]
    assert.deepEqual([step.conclusion, step.said], ['failure', ["after the step's limit"]])
    assert.match(step.log, /##\[error\]The action 'Too slow' has timed out after 0.01 minutes/)
    assert.deepEqual([job.conclusion, job.said], ['cancelled', ["after the job's limit"]])
    const [annotation] = await fleet.broker.listAnnotations(job.id)
    assert.match(annotation?.message ?? '', /exceeded the maximum execution time/)
  })

  await t.test('a job knows its surroundings, and nothing of its owner’s', async () => {
    const run = await finish(fleet, await fleet.start('surroundings.yml'))
    const job = jobOf(run, 'look')
    const env = parseJson(job.said[0] ?? '')
    assert.ok(isJsonObject(env))
    assert.equal(env['GITHUB_RUN_ID'], String(run.runId))
    assert.equal(env['RUNNER_NAME'], 'box')
    for (const [name, value] of Object.entries(env)) {
      assert.doesNotMatch(`${name}=${value}`, /of-the-owner|XDG_STATE|NODE_/)
    }
    const own = ['HOME', 'RUNNER_TEMP', 'TMPDIR', 'GITHUB_WORKSPACE'].map(name => String(env[name]))
    for (const path of own) {
      assert.ok(path.startsWith(join(fleet.stateDir, 'runners/box')), path)
    }
    // The job is reported before its folder goes: nobody shall wait for a large one.
    await until('the end of the folders', () => (own.some(path => existsSync(path)) ? null : true))
    assert.equal(env['RELAYQ_CONFIG_HOME'], join(fleet.folder, 'config'))
    assert.match(job.said[1] ?? '', /^relayq \d+\.\d+\.\d+$/)
    assert.equal(job.said[2], join(fleet.stateDir, 'bin/relayq'))
  })

  await t.test('actions of the repository, stand-ins and archives', async () => {
    const first = await finish(fleet, await fleet.start('actions.yml', { key: 'key-1' }))
    const [make, use] = [jobOf(first, 'make'), jobOf(first, 'use')]
    assert.equal(first.conclusion, 'success', make.log + use.log)
    assert.match(make.log, /Using RelayQ's stand-in for actions\/checkout@v5/)
    assert.deepEqual(make.said, ['42, hi Ada!, from-inner', "cache hit '', nothing kept"])
    assert.ok(use.log.includes(`Using actions/cache@v0-archived from ${archive}`))
    assert.deepEqual(use.said, ['made on den', 'the archived action ran'])
    const second = await finish(fleet, await fleet.start('actions.yml', { key: 'key-1' }))
    assert.match(jobOf(second, 'make').said[1] ?? '', /^cache hit 'true', kept by run \d+$/)
  })

  await t.test('a cancelled job tidies up, and leaves no process', async () => {
    const runId = await fleet.start('cancelled.yml')
    const { id } = await untilLogged(fleet, runId, 'Z => marker')
    const [said = ''] = saidIn((await fleet.broker.readJobLog(id)) ?? '')
    const marker = { name: trackingVariable, value: said.replace('marker ', '') }
    assert.ok((await listMarked(marker)).length >= 2)
    await fleet.broker.cancelRun(runId)
    const run = await finish(fleet, runId)
    const job = jobOf(run, 'work')
    assert.deepEqual([run.conclusion, job.conclusion], ['cancelled', 'cancelled'])
    assert.deepEqual(job.said.slice(1), ['tidied inside', 'tidied'])
    assert.deepEqual([job.steps['Long'], job.steps['Tidy']], ['cancelled', 'success'])
    await until('the end of every process of the job', async () =>
      (await listMarked(marker)).length === 0 ? true : null,
    )
  })
})

async function hasAnnotations(fleet: TestFleet, jobId: number): Promise<void> {
  const annotations = await fleet.broker.listAnnotations(jobId)
  const shown = annotations.map(({ level, title, message }) => [level, title, message])
  assert.deepEqual(shown, [
    ['failure', null, 'Process completed with exit code 1.'],
    ['notice', 'Known', 'a notice'],
    ['warning', null, 'a warning\nof two lines'],
    ['failure', null, 'an error'],
    ['warning', null, "Skip output 'token' since it may contain secret."],
  ])
}

async function hasSummaryOnItsPage(fleet: TestFleet, runId: number): Promise<void> {
  const { loginUrl, url, repository } = fleet.fleet.hub
  // Browsers know every *.localhost; Node asks the system's resolver, which may not.
  const login = await fetch(new URL(new URL(loginUrl).pathname + new URL(loginUrl).search, url), {
    redirect: 'manual',
  })
  const cookie = login.headers.get('set-cookie')?.split(';', 1)[0] ?? ''
  const page = await fetch(`${url}/${repository.owner}/${repository.name}/actions/runs/${runId}`, {
    headers: { cookie },
  })
  assert.match(await page.text(), /### A summary of &lt;this&gt; job/)
}

function showsNoSecret({ log, said }: FinishedJob): void {
  assert.deepEqual(said.slice(8, 12), ['token ***', 'secret ***', '***', '***'])
  assert.ok(!log.includes('horse') || log.match(/horse/g)?.length === 1, 'only where it was not yet masked')
  for (const line of said.slice(12, 15)) assert.match(line, /^base64 .{0,4}\*\*\*.{0,4}$/)
  assert.match(said[15] ?? '', /^header .{0,24}\*\*\*.{0,4}$/)
}
