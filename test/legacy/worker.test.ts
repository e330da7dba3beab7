import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { identifyProcess } from '../../src/base/process-identity.ts'
import { openDesk } from './legacy-worker.ts'

// The first: BullMQ waits for five seconds after a Redis that was away, while the others go on.
test('a worker that is told to stop ends while Redis is away, too', async t => {
  const desk = await openDesk(t)
  const worker = desk.work({ program: desk.program('touch $DESK/begun; exec sleep 60') })
  const runId = await desk.dispatch()
  await desk.until(runId, ({ status }) => status === 'in_progress')
  await desk.untilThere('begun')
  await desk.killRedis()
  await worker.stop().catch(() => {})
  await assert.rejects(desk.broker.getRun(runId), { code: 'broker_unreachable' })
})

test('a worker does a run as a step would: inputs by environment, log, annotations and result', async t => {
  const desk = await openDesk(t)
  const program = desk.program(`
    echo "$1 $2 $RELAYQ_INPUT_URL $RUNNER_NAME $RELAYQ_ID $GITHUB_RUN_ID"
    echo "::add-mask::hunter22" ; echo "the key is hunter22"
    echo "::error title=transcribe failed::it was hunter22"
    mkdir "$RUNNER_TEMP/relayq-result" ; echo '{}' > "$RUNNER_TEMP/relayq-result/result.json"
    env > $DESK/env
    exit 3`)
  desk.work({ program })
  const runId = await desk.dispatch({ relayq_id: 'jabc.1' })
  const run = await desk.ended(runId)
  assert.equal(run.conclusion, 'failure')
  const log = (await desk.broker.readJobLog(runId)) ?? ''
  assert.match(log, /run-job transcribe https:\/\/example\.com\/a\.mp3 box jabc\.1 1\n/)
  assert.match(log, /^\d{4}-\d\d-\d\dT[\d:.]+Z run-job/)
  assert.match(log, /the key is \*\*\*\n/)
  assert.doesNotMatch(log, /hunter22/)
  const annotations = await desk.broker.listAnnotations(runId)
  assert.deepEqual(
    annotations.map(({ level, title, message }) => [level, title, message]),
    [
      ['failure', 'transcribe failed', 'it was ***'],
      ['failure', null, 'Process completed with exit code 3.'],
    ],
  )
  const [artifact] = await desk.broker.listArtifacts(runId)
  assert.equal(artifact?.name, 'result')
  await desk.broker.downloadArtifact(runId, join(desk.folder, 'result.zip'))
  assert.ok(existsSync(join(desk.folder, 'result.zip')))
  const [job] = await desk.broker.listJobs(runId)
  assert.deepEqual([job?.runnerName, job?.steps[0]?.conclusion], ['box', 'failure'])
  const env = desk.read('env')
  assert.doesNotMatch(env, new RegExp(new URL(desk.place.url).password), 'no job learns how Redis is opened')
  assert.deepEqual(
    (await desk.broker.listRunners()).map(({ name, status, busy }) => [name, status, busy]),
    [['box', 'online', false]],
  )
})

test('only a worker that bears all its labels takes a run', async t => {
  const desk = await openDesk(t)
  desk.work({ name: 'light', labels: ['self-hosted', 'audio'] })
  const runId = await desk.dispatch({ runs_on: '["self-hosted", "Audio", "heavy"]' })
  const other = await desk.dispatch()
  await desk.ended(other)
  assert.equal((await desk.broker.getRun(runId))?.status, 'queued')
  desk.work({ name: 'mighty', labels: ['self-hosted', 'audio', 'HEAVY'] })
  await desk.ended(runId)
  assert.equal((await desk.broker.listJobs(runId))[0]?.runnerName, 'mighty')
})

test('a run that is cancelled while it works ends with everything it has started', async t => {
  const desk = await openDesk(t)
  const program = desk.program(
    `trap 'echo told to stop; exit 1' TERM; setsid sleep 60 & echo $! > $DESK/pid; wait`,
  )
  desk.work({ program })
  const runId = await desk.dispatch()
  await desk.until(runId, ({ status }) => status === 'in_progress')
  await desk.untilThere('pid')
  assert.equal(await desk.broker.cancelRun(runId), 'accepted')
  assert.equal((await desk.ended(runId)).conclusion, 'cancelled')
  assert.match((await desk.broker.readJobLog(runId)) ?? '', /told to stop/)
  const pid = Number(desk.read('pid'))
  await desk.eventually(() => identifyProcess(pid) === null)
  assert.equal(await desk.broker.cancelRun(runId), 'already_finished')
})

test('a run that was ended by force is over at once, and what its worker still brings counts for nothing', async t => {
  const desk = await openDesk(t)
  const program = desk.program(`trap '' TERM
    touch $DESK/begun
    while [ ! -e $DESK/go ]; do sleep 0.05; done
    mkdir "$RUNNER_TEMP/relayq-result" ; echo '{}' > "$RUNNER_TEMP/relayq-result/result.json"
    touch $DESK/done`)
  desk.work({ program })
  const runId = await desk.dispatch()
  await desk.untilThere('begun')
  assert.equal(await desk.broker.forceCancelRun(runId), 'accepted')
  assert.equal((await desk.broker.getRun(runId))?.conclusion, 'cancelled')
  writeFileSync(join(desk.folder, 'go'), '')
  await desk.untilThere('done')
  const next = await desk.dispatch()
  await desk.ended(next)
  assert.deepEqual(await desk.broker.listArtifacts(runId), [])
  assert.equal((await desk.broker.getRun(runId))?.conclusion, 'cancelled')
})

test('a run ends when its time is over', async t => {
  const desk = await openDesk(t)
  desk.work({ program: desk.program('exec sleep 60') })
  // A hundredth of a minute.
  const runId = await desk.dispatch({ timeout_minutes: '0.01' })
  assert.equal((await desk.ended(runId)).conclusion, 'failure')
  const [said] = await desk.broker.listAnnotations(runId)
  assert.match(said?.message ?? '', /exceeded the maximum execution time of 0\.01 minutes/)
})

test('a worker that is told to stop lets its run finish for a while, then gives it up as lost', async t => {
  const desk = await openDesk(t)
  const patient = desk.work({ program: desk.program('sleep 0.5'), graceMs: 10_000 })
  const first = await desk.dispatch()
  await desk.until(first, ({ status }) => status === 'in_progress')
  await patient.stop()
  assert.equal((await desk.broker.getRun(first))?.conclusion, 'success')
  assert.equal((await desk.broker.listRunners())[0]?.status, 'offline')

  const hasty = desk.work({ program: desk.program('exec sleep 60'), graceMs: 0 })
  const second = await desk.dispatch()
  await desk.until(second, ({ status }) => status === 'in_progress')
  await hasty.stop()
  assert.equal((await desk.broker.getRun(second))?.conclusion, 'failure')
  const [said] = await desk.broker.listAnnotations(second)
  assert.match(said?.message ?? '', /shutdown signal/)
})

test('the later of two workers of one name is the runner; the earlier one ends and says why', async t => {
  const desk = await openDesk(t)
  const first = desk.work()
  await desk.ended(await desk.dispatch())
  desk.work()
  await assert.rejects(first.ended, {
    code: 'broker_unavailable',
    message: /Another worker bears the name box/,
  })
  await desk.ended(await desk.dispatch())
})

test('a worker goes on where its connection to Redis is cut', async t => {
  const desk = await openDesk(t)
  desk.work({ program: desk.program('sleep 0.3') })
  const runId = await desk.dispatch()
  await desk.until(runId, ({ status }) => status === 'in_progress')
  const admin = desk.redis
  await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
  await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
  assert.equal((await desk.ended(runId)).conclusion, 'success')
  await desk.ended(await desk.dispatch())
})

test('a run that was written and never sent reaches a worker all the same', async t => {
  const desk = await openDesk(t)
  const admin = desk.redis
  const runId = await desk.dispatch()
  // As when the dispatcher died between writing the run and sending it.
  for (const key of await admin.keys('relayq:bull:*')) await admin.del(key)
  await admin.zadd('relayq:unsent', 1, String(runId))
  desk.work()
  assert.equal((await desk.ended(runId)).conclusion, 'success')
})

test('a worker tells when Redis is not there', async t => {
  const desk = await openDesk(t)
  const nowhere = { url: 'redis://127.0.0.1:1', prefix: 'relayq' }
  await assert.rejects(desk.work({ place: nowhere }).ended, { code: 'broker_unreachable' })
  const wrong = { ...desk.place, url: desk.place.url.replace(/:[^:@]+@/, ':wrong@') }
  await assert.rejects(desk.work({ place: wrong }).ended, { code: 'not_authorized' })
})

test('a Redis whose memory is full refuses new runs, and a worker waits until there is room', async t => {
  const desk = await openDesk(t)
  const admin = desk.redis
  desk.work({ program: desk.program('touch $DESK/begun; while [ ! -e $DESK/go ]; do sleep 0.02; done') })
  const runId = await desk.dispatch()
  await desk.untilThere('begun')
  await admin.config('SET', 'maxmemory', '1')
  await assert.rejects(desk.dispatch(), { code: 'broker_unavailable', message: /OOM/ })
  const refusals = async () =>
    Number(/errorstat_OOM:count=(\d+)/.exec(await admin.info('errorstats'))?.[1] ?? 0)
  const before = await refusals()
  writeFileSync(join(desk.folder, 'go'), '')
  await desk.eventually(async () => (await refusals()) > before + 2)
  assert.equal((await desk.broker.getRun(runId))?.status, 'in_progress')
  await admin.config('SET', 'maxmemory', '0')
  assert.equal((await desk.ended(runId)).conclusion, 'success')
})

test('a job asks the worker for its brothers and its file, and for nothing without the token', async t => {
  const desk = await openDesk(t)
  const path = join(desk.folder, 'a talk')
  const body = Buffer.alloc(9_000_000, 'speech')
  writeFileSync(path, body)
  const sha256 = createHash('sha256').update(body).digest('hex')
  const id = await desk.broker.putFile({ path, bytes: body.length, sha256, label: 'jone' })
  const asset = id.split('/')[1]
  const program = desk.program(`
    ask() { curl -s -o "$DESK/$1" -w '%{http_code}\\n' -H "authorization: token $2" "$GITHUB_API_URL/repos/$GITHUB_REPOSITORY$3"; }
    ask runs "$RELAYQ_TOKEN" /actions/workflows/transcribe_audio.yml/runs
    ask file "$RELAYQ_TOKEN" /releases/assets/${asset}
    ask none "$RELAYQ_TOKEN" /releases/assets/99
    ask stranger wrong /actions/workflows/transcribe_audio.yml/runs
    ask other "$RELAYQ_TOKEN" /actions/secrets`)
  desk.work({ program })
  await desk.ended(await desk.dispatch({ relayq_id: 'jtwo.1' }))
  const runId = await desk.dispatch({ relayq_id: 'jone.1' })
  await desk.ended(runId)
  const log = (await desk.broker.readJobLog(runId)) ?? ''
  assert.deepEqual(
    [...log.matchAll(/Z (\d{3})$/gm)].map(match => match[1]),
    ['200', '200', '404', '401', '404'],
  )
  const { workflow_runs } = JSON.parse(desk.read('runs'))
  assert.deepEqual(
    workflow_runs.map((run: { id: number; status: string }) => [run.id, run.status]),
    [[runId, 'in_progress']],
  )
  assert.equal(desk.read('file'), body.toString())
})
