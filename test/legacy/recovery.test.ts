import assert from 'node:assert/strict'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { mainPath } from '../../src/cli/fleet/program.ts'
import { resultFolder, runFolder } from '../../src/legacy/leftovers.ts'
import { RunStore } from '../../src/legacy/run-store.ts'
import { openDesk } from './legacy-worker.ts'

/** A desk, and the hand of workers that died before their runs ended. */
async function openDeskWithStore(t: TestContext) {
  const desk = await openDesk(t)
  return { ...desk, store: new RunStore(desk.redis, desk.place.prefix) }
}

/** What a worker leaves that was killed when its job had published this. */
function leaveResult(folder: string, run: number, holder: string, result: object): string {
  const left = runFolder(join(folder, 'work'), run, holder)
  mkdirSync(resultFolder(left), { recursive: true })
  writeFileSync(join(resultFolder(left), 'result.json'), JSON.stringify(result))
  return left
}

test('a worker that comes back hands in the whole result that it was killed over', async t => {
  const desk = await openDeskWithStore(t)
  const runId = await desk.dispatch({ relayq_id: 'jone.1' })
  assert.equal(await desk.store.take(runId, 'dead.1', 'box'), 'taken')
  const left = leaveResult(desk.folder, runId, 'dead.1', { status: 'succeeded', relayqId: 'jone.1' })
  desk.work({ program: desk.program('touch $DESK/done-again; exit 1') })
  const run = await desk.ended(runId)
  assert.equal(run.conclusion, 'success')
  assert.equal((await desk.broker.listArtifacts(runId)).length, 1)
  // Its turn comes again, since BullMQ heard of no end; the run is over by then.
  await desk.ended(await desk.dispatch({ url: 'https://example.com/other.mp3' }))
  assert.equal((await desk.broker.getRun(runId))?.conclusion, 'success')
  assert.equal(existsSync(left), false)
})

test('a result that is half, of another attempt, or too late is not handed in', async t => {
  const desk = await openDeskWithStore(t)
  const ids = [1, 2, 3].map(number => `jone.${number}`)
  const runs = await Promise.all(ids.map(id => desk.dispatch({ relayq_id: id })))
  const [failed = 0, strange = 0, late = 0] = runs
  for (const run of runs) await desk.store.take(run, `dead.${run}`, 'box')
  leaveResult(desk.folder, failed, `dead.${failed}`, { status: 'failed', relayqId: 'jone.1' })
  leaveResult(desk.folder, strange, `dead.${strange}`, { status: 'succeeded', relayqId: 'jtwo.1' })
  leaveResult(desk.folder, late, `dead.${late}`, { status: 'succeeded', relayqId: 'jone.3' })
  await desk.store.take(late, 'alive.1', 'other')
  const worker = desk.work({ labels: ['nothing'] })
  await desk.eventually(() => desk.said.some(line => line.includes('online')))
  await worker.stop()
  for (const run of runs) {
    assert.equal((await desk.broker.getRun(run))?.status, 'in_progress')
    assert.deepEqual(await desk.broker.listArtifacts(run), [])
  }
})

test('a run that outlives none of its workers fails as lost', async t => {
  const desk = await openDeskWithStore(t)
  const runId = await desk.dispatch()
  for (const turn of [1, 2, 3, 4]) assert.equal(await desk.store.take(runId, `dead.${turn}`, 'box'), 'taken')
  desk.work({ program: desk.program('touch $DESK/worked') })
  assert.equal((await desk.ended(runId)).conclusion, 'failure')
  const [said] = await desk.broker.listAnnotations(runId)
  assert.match(said?.message ?? '', /lost communication with the server 4 times/)
  assert.equal(existsSync(join(desk.folder, 'worked')), false)
})

test('what a worker that was thought lost brings later changes nothing', async t => {
  const { store, broker, dispatch } = await openDeskWithStore(t)
  const runId = await dispatch()
  await store.take(runId, 'slow.1', 'box')
  await store.take(runId, 'quick.1', 'other')
  assert.equal(await store.check(runId, 'slow.1'), 'lost')
  await store.putResult('slow.1', Buffer.from('late'))
  await store.appendLog(runId, 'slow.1', 'late')
  const end = { conclusion: 'failure', failedStep: null, annotations: [] } as const
  assert.equal(await store.finish(runId, 'slow.1', end), false)
  assert.equal((await broker.getRun(runId))?.status, 'in_progress')
  assert.equal(await broker.readJobLog(runId), null)
  assert.equal(await store.finish(runId, 'quick.1', { ...end, conclusion: 'success' }), true)
  assert.deepEqual(await broker.listArtifacts(runId), [])
  assert.equal((await broker.listJobs(runId))[0]?.runnerName, 'other')
})

test('a second run of a job that is done leaves the work, by the guard of every broker', async t => {
  const desk = await openDesk(t)
  const program = desk.program(
    `case $RELAYQ_ID in *.1) exit 0 ;; esac\nexec '${process.execPath}' '${mainPath}' "$@"`,
  )
  desk.work({ program })
  await desk.ended(await desk.dispatch({ relayq_id: 'jone.1' }))
  const second = await desk.dispatch({ relayq_id: 'jone.2' })
  assert.equal((await desk.ended(second)).conclusion, 'failure')
  const [notice] = await desk.broker.listAnnotations(second)
  assert.deepEqual([notice?.level, notice?.title], ['notice', 'transcribe is left to another run'])
  assert.match(notice?.message ?? '', /Superseded by run 1: it has done this job/)
})

test('runs that are over are not looked through for those that are not, and expired ones are forgotten', async t => {
  const desk = await openDeskWithStore(t)
  const [first, second] = [await desk.dispatch(), await desk.dispatch()]
  await desk.broker.cancelRun(first)
  const { redis } = desk
  assert.deepEqual(await redis.zrange('relayq:active', '0', '-1'), [String(second)])
  assert.deepEqual(
    (await desk.broker.listRuns({ status: 'queued', most: 9 })).map(({ id }) => id),
    [second],
  )
  assert.ok((await redis.pttl(`relayq:run:${first}`)) > 0)
  assert.equal(await redis.pttl(`relayq:run:${second}`), -1)
  await redis.del(`relayq:run:${first}`)
  assert.deepEqual(
    (await desk.broker.listRuns({ most: 9 })).map(({ id }) => id),
    [second],
  )
  assert.deepEqual(await redis.zrange('relayq:runs', '0', '-1'), [String(second)])
})
