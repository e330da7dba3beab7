import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { startTestFleet, type TestFleet, until, untilCompleted } from '../support/fleet.ts'
import { serveOnLoopback } from '../support/loopback-server.ts'
import { resultOf } from '../support/run-result.ts'
import { shippedWorkflows } from '../support/shipped-workflows.ts'

const root = join(import.meta.dirname, '../..')

/** A recording that is given out once `gate` is open, and how often it was asked for. */
async function serveRecording(t: TestContext, gate: Promise<void> = Promise.resolve()) {
  const audio = readFileSync(join(root, 'examples/audio/market.mp3'))
  const downloads: string[] = []
  const origin = await serveOnLoopback(t, (request, response) => {
    downloads.push(request.url ?? '')
    void gate.then(() => response.end(audio))
  })
  return { downloads, port: Number(new URL(origin).port) }
}

/** Two machines with a quick stand-in for a speech engine, so that runs of one job could be at work side by side. */
function startMachines(t: TestContext, port: number): Promise<TestFleet> {
  const models = mkdtempSync(join(tmpdir(), 'relayq-models-'))
  t.after(() => rmSync(models, { recursive: true, force: true }))
  writeFileSync(join(models, 'ggml-base.bin'), '')
  return startTestFleet(t, {
    workflows: shippedWorkflows,
    runners: ['a', 'b'].map(name => ({ name, labels: ['self-hosted', 'audio'] })),
    config: [
      `RELAYQ_ALLOW_CIDRS=127.0.0.1/32:${port}`,
      `RELAYQ_WHISPER_CLI=${join(root, 'src/speech/fixtures/whisper-cli')}`,
      `RELAYQ_MODEL_DIRS=${models}`,
    ],
  })
}

test('a job is done once: a second run of it ends before it downloads, unless the first was given up', {
  timeout: 120_000,
}, async t => {
  const { downloads, port } = await serveRecording(t)
  const fleet = await startMachines(t, port)
  const start = (relayqId: string, extra: Readonly<Record<string, string>> = {}) =>
    fleet.start('transcribe_audio.yml', {
      url: `http://127.0.0.1:${port}/market.mp3`,
      formats: 'txt',
      relayq_id: relayqId,
      relayq_group: 'jx',
      timeout_minutes: '5',
      ...extra,
    })

  const first = await start('jx.1')
  const second = await start('jx.1')
  assert.equal((await untilCompleted(fleet, first, 60_000)).conclusion, 'success')
  assert.equal((await untilCompleted(fleet, second, 60_000)).conclusion, 'failure')
  const { result } = await resultOf(fleet, second)
  assert.equal(result.error?.code, 'superseded')
  assert.match(result.error?.message ?? '', new RegExp(`^Superseded by run ${first}: it has done this job`))
  assert.match(result.error?.hint ?? '', new RegExp(`/actions/runs/${first}$`))
  assert.deepEqual(downloads, ['/market.mp3'])
  const [job] = await fleet.broker.listJobs(second)
  const annotations = await fleet.broker.listAnnotations(job?.id ?? 0)
  assert.deepEqual(
    annotations.map(({ level }) => level),
    ['notice', 'failure'],
  )

  const third = await start('jx.2', { relayq_ignore: `${first},${second}` })
  assert.equal((await untilCompleted(fleet, third, 60_000)).conclusion, 'success')
  assert.equal((await resultOf(fleet, third)).result.status, 'succeeded')
  assert.deepEqual(downloads, ['/market.mp3', '/market.mp3'])
  for (const runId of [first, second, third]) {
    const [done] = await fleet.broker.listJobs(runId)
    assert.doesNotMatch((await fleet.broker.readJobLog(done?.id ?? 0)) ?? '', /rqj_/)
  }
})

test('a second run of a job ends at once while the first is at work, where no group keeps them apart', {
  timeout: 120_000,
}, async t => {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  const { downloads, port } = await serveRecording(t, gate)
  const fleet = await startMachines(t, port)
  const start = (group: string) =>
    fleet.start('transcribe_audio.yml', {
      url: `http://127.0.0.1:${port}/market.mp3`,
      relayq_id: 'jx.1',
      relayq_group: group,
    })
  const first = await start('one')
  await until('the download of the first run', () => (downloads.length > 0 ? true : null))
  const second = await start('other')
  assert.equal((await untilCompleted(fleet, second, 60_000)).conclusion, 'failure')
  const { result } = await resultOf(fleet, second)
  assert.match(result.error?.message ?? '', new RegExp(`^Superseded by run ${first}: it is doing this job`))
  open()
  assert.equal((await untilCompleted(fleet, first, 60_000)).conclusion, 'success')
  assert.equal(downloads.length, 1)
})
