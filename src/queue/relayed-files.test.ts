import assert from 'node:assert/strict'
import { mkdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { type Bench, benchPolicy, openBench, submitted } from '../../test/support/queue-bench.ts'
import { parseRelayedFile } from '../model/relayed-file.ts'

describe('a file of the submitting machine', () => {
  let bench: Bench
  let file: string
  beforeEach(async () => {
    bench = await openBench(benchPolicy.replace('1000', '1'))
    file = join(bench.folder, 'talk.mp3')
    await writeFile(file, 'the words of a talk')
  })
  afterEach(() => bench.close())

  const kept = () => [...bench.broker.files.values()].map(({ body }) => body.toString())

  it('is at the broker before its job is sent, which names it by size and checksum', async () => {
    const job = await submitted(bench, { inputs: { file } })
    const [request] = bench.broker.dispatches
    const { bytes, name, id } = parseRelayedFile(request?.inputs['file'] ?? '') ?? {}
    assert.deepEqual([bytes, name, id], [19, 'talk.mp3', '1'])
    assert.equal(bench.broker.files.get('1')?.label, job.id)
    assert.deepEqual(kept(), ['the words of a talk'])
  })

  it('is the same job wherever it lies, and is not sent twice', async () => {
    const first = await submitted(bench, { inputs: { file } })
    const copy = join(bench.folder, 'copy.mp3')
    await writeFile(copy, 'the words of a talk')
    const again = await bench.queue.submit({ kind: 'transcribe', inputs: { file: copy } })
    assert.equal(again.kind === 'duplicate' && again.job.id, first.id)
    await writeFile(copy, 'other words')
    const other = await submitted(bench, { inputs: { file: copy } })
    assert.notEqual(other.id, first.id)
    assert.equal(bench.broker.uploads, 2)
  })

  it('stays while its job may be attempted again, and is removed once that is over', async () => {
    const job = await submitted(bench, { inputs: { file } })
    await bench.finishWithResult(1, 'macmini', {}, {}, { code: 'disk_full', message: '', hint: null })
    bench.broker.finish(1, 'failure')
    const waiting = await bench.queue.reconcile(job)
    assert.equal(waiting.state, 'pending')
    assert.equal(kept().length, 1)
    bench.advance(3_600_000)
    await bench.queue.reconcile(waiting)
    bench.broker.start(2, 'rpi4')
    bench.broker.finish(2, 'success')
    assert.equal((await bench.queue.reconcile(waiting)).state, 'succeeded')
    assert.deepEqual(kept(), [])
  })

  it('is removed when its job is cancelled, and then the job cannot be retried', async () => {
    const job = await submitted(bench, { inputs: { file } })
    await bench.queue.cancel(job.id)
    assert.deepEqual(kept(), [])
    await assert.rejects(bench.queue.retry(job.id), { code: 'invalid_input', hint: 'Submit the file again.' })
    assert.equal(bench.queue.list()[0]?.state, 'cancelled')
  })

  it('that cannot be sent leaves no job', async () => {
    bench.broker.breaksUploads = true
    await assert.rejects(submitted(bench, { inputs: { file } }), { code: 'broker_unreachable' })
    assert.deepEqual([bench.queue.list(), bench.broker.dispatches], [[], []])
  })

  it('that no machine may take is not sent', async () => {
    await truncate(file, 1_000_001)
    await assert.rejects(submitted(bench, { inputs: { file } }), { message: /more than max_size_mb/ })
    assert.deepEqual([bench.queue.list(), bench.broker.uploads], [[], 0])
  })

  it('is removed again when the broker refuses its job', async () => {
    bench.broker.branches.clear()
    await assert.rejects(submitted(bench, { inputs: { file } }), { code: 'invalid_input' })
    assert.deepEqual(kept(), [])
  })

  it('is removed also when it was a supervisor whose job the broker refused', async () => {
    const supervision = bench.supervision('s')
    assert.ok(supervision.takeLease(60_000))
    const job = await submitted(bench, { inputs: { file } })
    assert.deepEqual([job.state, kept().length], ['pending', 1])
    bench.broker.branches.clear()
    const active = supervision.active()
    const [one] = active
    assert.ok(one)
    const outcome = await supervision.plan(await supervision.look(), active).release(one)
    assert.deepEqual([outcome.kind, kept()], ['refused', []])
  })

  it('is neither sent nor kept by a dry run, which knows its size all the same', async () => {
    await truncate(file, 1_000_001)
    const outcome = await bench.queue.submit({ kind: 'transcribe', inputs: { file }, dryRun: true })
    assert.equal(outcome.kind === 'dry_run' && outcome.decision.outcome, 'rejected')
    assert.equal((await bench.queue.route({ kind: 'transcribe', inputs: { file } })).outcome, 'rejected')
    assert.equal(bench.broker.uploads, 0)
  })

  it('that was left behind is removed with the next one', async () => {
    const job = await submitted(bench, { inputs: { file } })
    bench.broker.finish(1, 'success')
    await bench.queue.wait(job.id)
    const stranger = { label: 'jstranger', createdAt: '2025-12-31T00:00:00Z', body: Buffer.from('young') }
    const old = { ...stranger, createdAt: '2025-11-01T00:00:00Z', body: Buffer.from('old') }
    const own = { label: job.id, createdAt: '2026-01-01T00:00:00Z', body: Buffer.from('own') }
    bench.broker.files.set('7', { id: '7', ...stranger })
    bench.broker.files.set('8', { id: '8', ...old })
    bench.broker.files.set('9', { id: '9', ...own })
    await submitted(bench, { inputs: { file }, isNew: true })
    assert.deepEqual(kept(), ['young', 'the words of a talk'])
  })

  it('must be there, and hold something, and be given alone', async () => {
    const empty = join(bench.folder, 'empty.mp3')
    const large = join(bench.folder, 'large.mp3')
    await writeFile(empty, '')
    await writeFile(large, '')
    await truncate(large, 2 ** 31)
    const cases: [Record<string, string>, object][] = [
      [{ file: join(bench.folder, 'none.mp3') }, { code: 'file_unusable', message: /no such file/ }],
      [{ file: bench.folder }, { code: 'file_unusable', message: /it is no file/ }],
      [{ file: empty }, { code: 'file_unusable', message: /it is empty/ }],
      [{ file: large }, { code: 'too_large' }],
      [
        { file, url: 'https://example.com/a.mp3' },
        { code: 'invalid_input', message: /url and file/ },
      ],
    ]
    for (const [inputs, error] of cases) await assert.rejects(submitted(bench, { inputs }), error)
    assert.deepEqual(bench.queue.list(), [])
  })
})

describe('the result of an earlier job', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
  })
  afterEach(() => bench.close())

  it('is sent along like a file, and named when there are several', async () => {
    const first = await submitted(bench)
    await bench.finishWithResult(1, 'macmini', { 'left.wav': 'l', 'right.wav': 'r' }, {})
    await bench.queue.wait(first.id)
    await submitted(bench, { inputs: { result: `${first.id}:right.wav` } })
    assert.deepEqual(
      [...bench.broker.files.values()].map(({ body }) => body.toString()),
      ['r'],
    )
    const inputs = bench.broker.dispatches[1]?.inputs ?? {}
    assert.match(inputs['file'] ?? '', /:right\.wav$/)
    assert.equal(inputs['result'], undefined)
  })

  it('is refused where it is not on this machine, and where it is not clear which file is meant', async () => {
    const first = await submitted(bench)
    await bench.finishWithResult(1, 'macmini', { 'left.wav': 'l', 'right.wav': 'r' }, {})
    await bench.queue.wait(first.id)
    await mkdir(join(bench.folder, 'results', first.id, 'inner'))
    const cases: [string, RegExp][] = [
      ['jnone', /no result of "jnone"/],
      [first.id, /has no file ""/],
      [`${first.id}:other.wav`, /has no file "other\.wav"/],
      [`${first.id}:..`, /has no file "\.\."/],
      [`${first.id}:../../../ledger.db`, /has no file/],
    ]
    for (const [result, message] of cases) {
      await assert.rejects(submitted(bench, { inputs: { result } }), { code: 'invalid_input', message })
    }
    await assert.rejects(submitted(bench, { inputs: { result: `${first.id}:inner` } }), {
      code: 'file_unusable',
    })
  })
})
