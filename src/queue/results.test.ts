import assert from 'node:assert/strict'
import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { type Bench, openBench, submitted, viewOf } from '../../test/support/queue-bench.ts'
import { zipOf } from '../../test/support/zip.ts'
import type { LedgerJob } from '../ledger/records.ts'

describe('the result of a job', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
  })
  afterEach(() => bench.close())

  it('is fetched once, kept, and told by format; the runner is remembered', async () => {
    const job = await submitted(bench)
    await bench.finishWithResult(1, 'rpi4', { 'transcript.txt': 'hello' }, { txt: 'transcript.txt' })
    await bench.queue.wait(job.id)
    const result = await bench.queue.result(job.id, { format: 'txt' })
    assert.equal(result.kind === 'ready' && (await bench.read(result.path ?? '')), 'hello')
    await bench.queue.result(job.id)
    assert.equal(bench.broker.downloads, 1)
    const facts = bench.ledger.listFacts(bench.broker.id).get('rpi4')
    const { reportedAt, ...said } = facts ?? {}
    assert.match(reportedAt ?? '', /^2026-01-01T/)
    assert.deepEqual(said, { ffmpeg: false, memoryMb: 4096, cores: 4, tools: ['git'] })
    await assert.rejects(bench.queue.result(job.id, { format: 'srt' }), {
      code: 'invalid_input',
      hint: 'It has: txt.',
    })
  })

  it('is removed from the broker once it is kept, where that is wished', async () => {
    const other = await openBench(undefined, { removesArtifacts: true })
    try {
      const job = await submitted(other)
      await other.finishWithResult(1, 'rpi4', { 'transcript.txt': 'hello' }, { txt: 'transcript.txt' })
      await other.queue.wait(job.id)
      assert.deepEqual(await other.broker.listArtifacts(1), [])
      const result = await other.queue.result(job.id, { format: 'txt' })
      assert.equal(result.kind === 'ready' && (await other.read(result.path ?? '')), 'hello')
    } finally {
      await other.close()
    }
  })

  it('teaches how fast its machine is, where it was measured and can be believed', async () => {
    const said = { schema: 'relayq.result/1', status: 'succeeded', timing: { workSeconds: 30 } }
    const lengths = [60, 0, -1, 1e-300, 'long']
    for (const [at, durationSeconds] of lengths.entries()) {
      const job = await submitted(bench, { isNew: true })
      const result = JSON.stringify({ ...said, media: { durationSeconds, bytes: 1 } })
      bench.broker.start(at + 1, 'rpi4')
      await bench.finishWithArchive(at + 1, await zipOf({ 'result.json': result }))
      await bench.queue.reconcile(job)
    }
    assert.deepEqual([...bench.ledger.listSpeeds(bench.broker.id, 'transcribe')], [['rpi4', 0.5]])
  })

  it('takes the place of what a process that died left of another', async () => {
    const left = join(bench.folder, 'results', '.fetching-left')
    await mkdir(left, { recursive: true })
    await utimes(left, 0, 0)
    const job = await submitted(bench)
    await bench.finishWithResult(1, 'rpi4', {}, {})
    await bench.queue.wait(job.id)
    assert.deepEqual(await bench.resultFolders(), [job.id])
  })

  it('is brought anew where what was kept of it is no result any more', async () => {
    const job = await submitted(bench)
    const files = { 'transcript.txt': 'hello' }
    await bench.finishWithResult(1, 'rpi4', files, { txt: 'transcript.txt' })
    await bench.queue.wait(job.id)
    const folder = join(bench.folder, 'results', job.id, '1')
    await rm(join(folder, 'result.json'))
    await rm(join(folder, 'transcript.txt'))
    await writeFile(join(folder, 'other.txt'), '')
    const result = await bench.queue.result(job.id, { format: 'txt' })
    assert.equal(result.kind === 'ready' && (await bench.read(result.path ?? '')), 'hello')
    assert.deepEqual((await readdir(folder)).toSorted(), ['result.json', 'transcript.txt'])
  })

  it('gives the reason of a failed job in its own words', async () => {
    const job = await submitted(bench)
    const error = { code: 'not_media', message: 'The URL serves HTML.', hint: null }
    await bench.finishWithResult(1, 'rpi4', {}, {}, error)
    const ended = await bench.queue.reconcile(job)
    assert.deepEqual([ended.state, ended.reason], ['failed', 'not_media: The URL serves HTML.'])
  })

  it('is there for a run that nobody submitted here, by its URL', async () => {
    const sent = await bench.queue.dispatchWorkflow({
      route: false,
      workflow: 'transcribe_audio.yml',
      inputs: { url: 'http://x/a' },
    })
    const url = sent.kind === 'dispatched' ? (sent.runUrl ?? '') : ''
    assert.equal((await bench.queue.result(url)).kind, 'not_finished')
    await bench.finishWithResult(1, 'rpi4', { 'transcript.txt': 'hello' }, { txt: 'transcript.txt' })
    const result = await bench.queue.result(url, { format: 'txt' })
    assert.equal(result.kind === 'ready' && (await bench.read(result.path ?? '')), 'hello')
    await bench.queue.result(url)
    assert.equal(bench.broker.downloads, 1)
  })

  it('is a value while there is none', async () => {
    const job = await submitted(bench)
    assert.equal((await bench.queue.result(job.id)).kind, 'not_finished')
    bench.broker.finish(1, 'failure')
    assert.equal((await bench.queue.result(job.id)).kind, 'none')
  })

  it('does not trust names in it, and leaves nothing half-written', async () => {
    const job = await submitted(bench)
    await bench.finishWithResult(1, 'rpi4', {}, { txt: '../../ledger.db' })
    await bench.queue.wait(job.id)
    await assert.rejects(bench.queue.result(job.id, { format: 'txt' }), { code: 'invalid_input' })
    const other = await submitted(bench, { isNew: true })
    await bench.finishWithArchive(2, await zipOf({ '../escape.txt': 'x' }))
    const { subject } = await bench.queue.wait(other.id)
    assert.equal(subject.kind === 'job' && subject.job.state, 'succeeded')
    const events = (await viewOf(bench, other.id)).events.map(event => event.type)
    assert.ok(events.includes('result_not_fetched'))
    assert.deepEqual(await bench.resultFolders(), [job.id])
  })
})

describe('a result that two processes fetch', () => {
  let bench: Bench
  let job: LedgerJob
  beforeEach(async () => {
    bench = await openBench(undefined, { removesArtifacts: true })
    job = await submitted(bench)
  })
  afterEach(() => bench.close())

  /** Lets others act once when a download is done and not yet unpacked. */
  function afterDownload(act: () => Promise<void>): void {
    const { broker } = bench
    const download = broker.downloadArtifact.bind(broker)
    broker.downloadArtifact = async (id, path) => {
      broker.downloadArtifact = download
      await download(id, path)
      await act()
    }
  }

  it('stays as the first one kept it, and teaches one of them', async () => {
    const said = { schema: 'relayq.result/1', status: 'succeeded', timing: { workSeconds: 30 } }
    const result = JSON.stringify({ ...said, media: { durationSeconds: 60, bytes: 1 } })
    bench.broker.start(1, 'rpi4')
    await bench.finishWithArchive(1, await zipOf({ 'result.json': result }))
    let file = ''
    afterDownload(async () => {
      await bench.queue.reconcile(job)
      const first = await bench.queue.result(job.id)
      file = join(first.kind === 'ready' ? first.directory : '', 'note.txt')
      await writeFile(file, 'read meanwhile')
    })
    assert.equal((await bench.queue.reconcile(job)).state, 'succeeded')
    assert.equal(await bench.read(file), 'read meanwhile')
    assert.deepEqual(
      bench.file
        .prepare('SELECT samples FROM runner_speeds')
        .all()
        .map(row => row['samples']),
      [1],
    )
  })

  it('says why the job failed also to the one that finds it removed from the broker', async () => {
    const error = { code: 'not_media', message: 'no audio', hint: null }
    await bench.finishWithResult(1, 'macmini', {}, {}, error)
    const { broker } = bench
    const [list, remove] = [broker.listArtifacts.bind(broker), broker.removeArtifact.bind(broker)]
    const removed = Promise.withResolvers<void>()
    broker.listArtifacts = async runId => {
      broker.listArtifacts = list
      await removed.promise
      return list(runId)
    }
    const late = bench.queue.reconcile(job)
    broker.removeArtifact = async id => {
      await remove(id)
      removed.resolve()
      await late
    }
    await bench.queue.reconcile(job)
    const { failure, reason } = await late
    assert.deepEqual([failure, reason], ['bad_input', 'not_media: no audio'])
  })

  it('does not give way to that of an earlier attempt, which a process had stopped over', async () => {
    const error = { code: 'disk_full', message: '', hint: null }
    await bench.finishWithResult(1, 'macmini', {}, {}, error)
    afterDownload(async () => {
      await bench.queue.reconcile(job)
      bench.advance(3_600_000)
      await bench.queue.reconcile(job)
      await bench.finishWithResult(2, 'rpi4', { 'a.txt': 'words' }, { txt: 'a.txt' })
      await bench.queue.reconcile(job)
    })
    await bench.queue.reconcile(job)
    const result = await bench.queue.result(job.id, { format: 'txt' })
    assert.equal(result.kind === 'ready' && (await bench.read(result.path ?? '')), 'words')
  })
})
