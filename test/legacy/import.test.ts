import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import type { Redis } from 'ioredis'
import { mainPath } from '../../src/cli/fleet/program.ts'
import { RelayQ } from '../../src/compose.ts'
import recorded from '../../src/legacy/fixtures/celery.json' with { type: 'json' }
import { loadPackages } from '../../src/legacy/packages.ts'
import { RedisBroker } from '../../src/legacy/redis-broker.ts'
import { type Lifetime, startTestFleet } from '../support/fleet.ts'
import { GitFixture } from '../support/git-repository.ts'
import { startRedis } from '../support/redis-server.ts'
import { shippedWorkflows } from '../support/shipped-workflows.ts'
import { startWire } from './wire.ts'

interface Row {
  readonly source: string
  readonly task: string
  readonly outcome: string
  readonly job: string | null
  readonly reason: string | null
}

/** A Redis with old messages, a hub without machines, and the command in processes of its own. */
async function openDesk(outer: TestContext) {
  const ends: (() => unknown)[] = []
  const t: Lifetime = { after: end => void ends.unshift(end) }
  outer.after(async () => {
    for (const end of ends) await end()
  })
  const server = await startRedis(t)
  const wire = await startWire(t, server.port)
  const { ioredis } = await loadPackages()
  const redis = new ioredis.Redis(server.url)
  t.after(() => redis.disconnect())
  const hub = await startTestFleet(t, {
    workflows: shippedWorkflows,
    runners: [],
  })
  const env = { ...hub.env, RELAYQ_REDIS_URL: server.url.replace(`:${server.port}`, `:${wire.port}`) }
  const start = (args: readonly string[]) =>
    spawn(process.execPath, [mainPath, 'legacy', 'import', '--json', ...args], {
      ...{ cwd: hub.checkout, env, stdio: ['ignore', 'pipe', 'pipe'] },
    })
  const relayq = await RelayQ.open({ env: hub.env, cwd: hub.checkout })
  t.after(() => relayq.close())
  return {
    redis,
    wire,
    hub,
    start,
    url: server.url,
    history: await relayq.history(),
    importAll: async (...args: string[]) => {
      const child = start(args)
      const [out, err, [code]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'exit'),
      ])
      assert.equal(code, 0, err)
      return { rows: JSON.parse(out) as readonly Row[], err }
    },
  }
}

async function fillCelery(redis: Redis): Promise<void> {
  for (const [key, messages] of Object.entries(recorded.lists)) await redis.rpush(key, ...messages)
  await redis.hset('unacked', recorded.unacked)
}

/** The inputs of the jobs that were made, and how many runs the hub has of each. */
async function madeJobs({ history, hub }: Awaited<ReturnType<typeof openDesk>>) {
  const runs = await hub.broker.listRuns({ most: 500 })
  return history.list({ limit: 500 }).map(job => ({
    inputs: JSON.stringify(job.inputs),
    runs: runs.filter(({ title }) => title.includes(`[${job.id}.`)).length,
  }))
}

const mapped = [
  '/nas/audio/talk.mp3',
  '/nas/audio/one.mp3',
  'https://example.com/two.mp3',
  '/nas/audio/prio.mp3',
  '/a.mp4',
]

test('messages that Celery wrote become jobs once, and what cannot be one stays and is told', async t => {
  const desk = await openDesk(t)
  await fillCelery(desk.redis)
  const before = await desk.redis.lrange('celery', 0, -1)
  const rehearsed = await desk.importAll('--dry-run')
  assert.deepEqual(await desk.redis.lrange('celery', 0, -1), before)
  assert.deepEqual(await madeJobs(desk), [])
  assert.equal(rehearsed.rows.filter(({ outcome }) => outcome === 'would_import').length, 7)

  const { rows, err } = await desk.importAll()
  assert.equal(rows.filter(({ outcome }) => outcome === 'imported').length, 7)
  assert.match(err, /1 more are with Celery workers; when none runs any more, add --unacked/)
  const reasons = rows.flatMap(({ outcome, reason }) => (outcome === 'unmapped' ? [reason ?? ''] : []))
  assert.equal(reasons.length, 5)
  for (const part of ['no script of jobs/', 'expired', 'compressed', 'chain', 'python-serialize']) {
    assert.ok(
      reasons.some(reason => reason.includes(part)),
      part,
    )
  }
  assert.equal(await desk.redis.llen('celery'), 5)
  const jobs = await madeJobs(desk)
  for (const file of mapped)
    assert.ok(
      jobs.some(({ inputs }) => inputs.includes(file)),
      file,
    )

  const again = await desk.importAll('--unacked', '--move-unmapped')
  assert.deepEqual(
    again.rows.map(({ outcome }) => outcome).toSorted(),
    ['imported', ...Array<string>(5).fill('set_aside')].toSorted(),
  )
  assert.equal(await desk.redis.exists('celery', 'unacked', 'unacked_index'), 0)
  assert.equal(await desk.redis.llen('relayq:unmapped'), 5)
  assert.equal((await madeJobs(desk)).length, 8)
})

test('an import that is killed between any two steps and repeated does each job once', {
  timeout: 120_000,
}, async t => {
  const desk = await openDesk(t)
  await fillCelery(desk.redis)
  const broker = await RedisBroker.open({ url: desk.url, prefix: 'relayq' })
  t.after(() => broker.close())
  const inputs = { url: 'https://example.com/waiting.mp3', relayq_id: 'jold.1' }
  await broker.dispatch({ workflow: 'transcribe_audio.yml', ref: 'main', inputs })
  let imported = 0
  let kills = 0
  for (let step = 1; ; step += 1) {
    const child = desk.start(['--unacked'])
    let passed = 0
    const kill = () => {
      passed += 1
      if (passed === step) child.kill('SIGKILL')
    }
    // By turns before a command takes effect and after it did. Only what comes after reading is worth dying for.
    desk.wire.onSent = step % 2 === 0 ? kill : null
    desk.wire.onAnswered = step % 2 === 1 ? kill : null
    const [out] = await Promise.all([text(child.stdout), once(child, 'exit')])
    if (child.signalCode === null) {
      imported = (JSON.parse(out) as readonly Row[]).filter(({ outcome }) => outcome === 'imported').length
      break
    }
    kills += 1
  }
  t.diagnostic(`${kills} kills; the last import did ${imported} jobs`)
  assert.ok(kills > 10)
  const jobs = await madeJobs(desk)
  assert.equal(jobs.length, 9)
  assert.deepEqual(
    new Set(jobs.map(({ inputs }) => inputs)).size,
    8,
    'two messages ask for the same, and are two jobs',
  )
  // Those that were to wait for a time have no run before it.
  for (const { runs, inputs } of jobs)
    assert.ok(runs === 1 || (runs === 0 && /later|one/.test(inputs)), inputs)
  assert.equal((await broker.getRun(1))?.conclusion, 'cancelled')
  assert.equal(await desk.redis.llen('celery'), 5)
})

test('waiting jobs of a BullMQ queue and runs of Redis mode are brought along; those of others are left', async t => {
  const desk = await openDesk(t)
  const { bullmq } = await loadPackages()
  const connection = { url: desk.url }
  const queue = new bullmq.Queue('media', { connection })
  t.after(() => queue.close())
  await queue.add('transcribe', { url: 'https://example.com/bull.mp3', language: 'de' })
  await queue.add('relayq.transcribe_audio', { audio_file: '/nas/later.mp3' }, { delay: 3_600_000 })
  await queue.add('send_mail', { to: 'a@example.com' })
  const broker = await RedisBroker.open({ url: desk.url, prefix: 'relayq' })
  t.after(() => broker.close())
  const dispatch = (workflow: string, url: string, file = '') =>
    broker.dispatch({ workflow, ref: 'main', inputs: file ? { file } : { url } })
  await dispatch('transcribe_audio.yml', 'https://example.com/run.mp3')
  await dispatch('transcribe_audio.yml', '', `1/1:3:${'0'.repeat(64)}:a.mp3`)

  const { rows } = await desk.importAll('--bullmq', 'media', '--move-unmapped')
  assert.deepEqual(
    rows.map(({ source, task, outcome }) => [source, task, outcome]),
    [
      ['runs', 'transcribe_audio.yml', 'imported'],
      ['runs', 'transcribe_audio.yml', 'set_aside'],
      ['bullmq media', 'transcribe', 'imported'],
      ['bullmq media', 'send_mail', 'unmapped'],
      ['bullmq media', 'relayq.transcribe_audio', 'imported'],
    ],
  )
  assert.deepEqual(
    (await queue.getJobs(['waiting', 'delayed'])).map(({ name }) => name),
    ['send_mail'],
  )
  assert.deepEqual(
    (await broker.listRuns({ most: 9 })).map(({ status }) => status),
    ['completed', 'completed'],
  )
  const jobs = desk.history.list({ limit: 9 })
  assert.equal(jobs.length, 3)
  assert.ok(
    jobs.some(({ notBefore }) => notBefore !== null && Date.parse(notBefore) > Date.now() + 3_000_000),
  )
})

test('a command of old becomes a job where the repository has its script, and is told where not', async t => {
  const desk = await openDesk(t)
  new GitFixture(desk.hub.checkout).commit({ 'jobs/backup.sh': '#!/bin/sh\n' })
  const { bullmq } = await loadPackages()
  const queue = new bullmq.Queue('commands', { connection: { url: desk.url } })
  t.after(() => queue.close())
  for (const command of ['backup.sh --all', './jobs/backup.sh /srv', 'jobs/gone.sh', 'backup.sh; reboot']) {
    await queue.add('relayq.run_command', { command })
  }
  const { rows } = await desk.importAll('--bullmq', 'commands')
  assert.deepEqual(
    rows.map(({ outcome, reason }) => [outcome, reason]),
    [
      ['imported', null],
      ['imported', null],
      ['unmapped', 'The repository has no script jobs/gone.sh.'],
      [
        'unmapped',
        '"backup.sh; reboot" takes a shell: put the command into jobs/ as a script, and submit that',
      ],
    ],
  )
  assert.deepEqual(
    desk.history
      .list({ limit: 9 })
      .map(({ inputs }) => inputs)
      .toReversed(),
    [
      { script: 'backup.sh', args: '["--all"]' },
      { script: 'backup.sh', args: '["/srv"]' },
    ],
  )
})

test('jobs are not imported to where they come from', async t => {
  const desk = await openDesk(t)
  const child = desk.start(['--broker', 'redis'])
  const [err, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  assert.equal(code, 2)
  assert.match(err, /the chosen broker is Redis/)
})
