import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { chmod, mkdir, readdir, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { type Bench, benchPolicy, openBench, submitted, viewOf } from '../../test/support/queue-bench.ts'
import { RelayError } from '../base/errors.ts'
import { makeSealKey, openSealedFile, type SealKey } from '../base/sealed-file.ts'
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

  it('is refused in words where it may not be read', async () => {
    await chmod(file, 0o000)
    // The file's own mode is what is met.
    await chmod(bench.folder, 0o755)
    const isRoot = process.geteuid?.() === 0
    // Nothing is closed to root: for a moment we are the account that owns nothing.
    if (isRoot) process.seteuid?.(65_534)
    try {
      await assert.rejects(submitted(bench, { inputs: { file } }), {
        code: 'file_unusable',
        message: /talk\.mp3 cannot be sent along: it may not be read\.$/,
      })
    } finally {
      if (isRoot) process.seteuid?.(0)
    }
  })

  it('is the same job wherever it lies, and is not sent twice', async () => {
    const told: number[] = []
    const tell = () => told.push(bench.broker.uploads)
    const first = await submitted(bench, { inputs: { file }, tell })
    const copy = join(bench.folder, 'copy.mp3')
    await writeFile(copy, 'the words of a talk')
    const again = await bench.queue.submit({ kind: 'transcribe', inputs: { file: copy }, tell })
    assert.equal(again.kind === 'duplicate' && again.job.id, first.id)
    await writeFile(copy, 'other words')
    const other = await submitted(bench, { inputs: { file: copy }, tell })
    assert.notEqual(other.id, first.id)
    assert.equal(bench.broker.uploads, 2)
    assert.deepEqual(told, [0, 1], 'told right before each is sent')
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

  it('is removed when its job is cancelled, and sent once more when that is retried', async () => {
    const job = await submitted(bench, { inputs: { file } })
    await bench.queue.cancel(job.id)
    assert.deepEqual(kept(), [])
    const outcome = await bench.queue.retry(job.id)
    assert.equal(outcome.kind === 'retried' && outcome.job.state, 'queued')
    assert.deepEqual(kept(), ['the words of a talk'])
    assert.equal(parseRelayedFile(bench.broker.dispatches[1]?.inputs['file'] ?? '')?.id, '2')
    assert.equal(parseRelayedFile(bench.broker.dispatches[1]?.inputs['file'] ?? '')?.name, 'talk.mp3')
  })

  it('that is gone, or another by now, is not sent in place of the one that was meant', async () => {
    const job = await submitted(bench, { inputs: { file } })
    await bench.queue.cancel(job.id)
    await writeFile(file, 'the words of another')
    await assert.rejects(bench.queue.retry(job.id), { code: 'file_unusable', message: /is not what it was/ })
    await rm(file)
    await assert.rejects(bench.queue.retry(job.id), { code: 'file_unusable', message: /no such file/ })
    assert.deepEqual([bench.queue.list()[0]?.state, bench.broker.dispatches.length], ['cancelled', 1])
    await writeFile(file, 'the words of a talk')
    assert.equal((await bench.queue.retry(job.id)).kind, 'retried')
  })

  it('whose job an older version wrote is not looked for', async () => {
    const job = await submitted(bench, { inputs: { file } })
    await bench.queue.cancel(job.id)
    bench.file.exec('DELETE FROM local_files')
    await assert.rejects(bench.queue.retry(job.id), { code: 'invalid_input', hint: 'Submit the file again.' })
  })

  for (const away of ['isDown', 'breaksUploads'] as const) {
    it(`waits here while the broker is away (${away}), and goes with its job`, async () => {
      bench.broker[away] = true
      const outcome = await bench.queue.submit({ kind: 'transcribe', inputs: { file } })
      assert.equal(outcome.kind, 'created')
      assert.match(outcome.unsent?.reason ?? '', /its file could not be sent yet: /)
      const { job } = outcome
      assert.deepEqual([job.state, bench.broker.dispatches], ['pending', []])
      const again = await bench.queue.submit({ kind: 'transcribe', inputs: { file } })
      assert.equal(again.kind === 'duplicate' && again.job.id, job.id)

      bench.broker[away] = false
      assert.equal((await bench.queue.reconcile(job)).state, 'queued')
      const sent = parseRelayedFile(bench.broker.dispatches[0]?.inputs['file'] ?? '')
      assert.deepEqual([sent?.id, sent?.name, kept()], ['1', 'talk.mp3', ['the words of a talk']])
      bench.broker.finish(1, 'success')
      await bench.queue.wait(job.id)
      assert.deepEqual(kept(), [])
    })
  }

  it('that changed while it waited ends its job, whoever would have sent it', async () => {
    bench.broker.isDown = true
    const job = await submitted(bench, { inputs: { file } })
    const later = await submitted(bench, { inputs: { file }, isNew: true })
    bench.broker.isDown = false
    await writeFile(file, 'the words of another')
    assert.equal((await bench.queue.reconcile(later)).state, 'failed')
    const supervision = bench.supervision('s')
    assert.ok(supervision.takeLease(60_000))
    const one = supervision.active().find(active => active.job.id === job.id)
    assert.ok(one)
    const plan = supervision.plan(await supervision.look(), supervision.active())
    const outcome = await plan.release(one)
    if (outcome.kind === 'lacks_file') await outcome.sendFile()
    const [seen] = bench.queue.list({ states: ['failed'] })
    assert.match(seen?.reason ?? '', /is not what it was when it was submitted/)
    assert.deepEqual([bench.broker.uploads, bench.broker.dispatches], [0, []])
  })

  it('that waited and is given up leaves nothing to remove', async () => {
    bench.broker.isDown = true
    const job = await submitted(bench, { inputs: { file } })
    await bench.queue.cancel(job.id)
    bench.broker.isDown = false
    const { events } = await viewOf(bench, job.id)
    assert.deepEqual(
      events.filter(({ type }) => type === 'file_not_removed'),
      [],
    )
  })

  it('that arrived just before its sender died is sent once more, and the first is removed in time', async () => {
    bench.broker.isDown = true
    const job = await submitted(bench, { inputs: { file } })
    bench.broker.isDown = false
    const put = bench.broker.putFile.bind(bench.broker)
    bench.broker.putFile = async given => {
      await put(given)
      throw new RelayError('broker_unreachable', 'killed')
    }
    await assert.rejects(bench.queue.reconcile(job), { code: 'broker_unreachable' })
    assert.deepEqual([bench.queue.list()[0]?.state, kept().length], ['pending', 1])
    bench.broker.putFile = put
    await bench.queue.reconcile(job)
    assert.equal(parseRelayedFile(bench.broker.dispatches[0]?.inputs['file'] ?? '')?.id, '2')
    bench.broker.finish(1, 'success')
    await bench.queue.wait(job.id)
    assert.deepEqual(
      [...bench.broker.files.values()].map(({ id }) => id),
      ['1'],
    )
    await submitted(bench, { inputs: { file }, isNew: true })
    assert.deepEqual(
      [...bench.broker.files.values()].map(({ id }) => id),
      ['3'],
    )
  })

  it('that two processes send at once is there once', async () => {
    bench.broker.isDown = true
    const job = await submitted(bench, { inputs: { file } })
    bench.broker.isDown = false
    await Promise.all([bench.queue.reconcile(job), bench.queue.reconcile(job)])
    assert.deepEqual([kept(), bench.broker.dispatches.length], [['the words of a talk'], 1])
    const sent = parseRelayedFile(bench.broker.dispatches[0]?.inputs['file'] ?? '')
    assert.ok(bench.broker.files.has(sent?.id ?? ''))
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

describe('a file that is encrypted', () => {
  let bench: Bench
  let file: string
  let mac: SealKey
  let pi: SealKey
  beforeEach(async () => {
    bench = await openBench(benchPolicy.replace('needs_ffmpeg: true, ', ''), { encrypts: true })
    file = join(bench.folder, 'Call with a client.MP3')
    await writeFile(file, 'the words of a talk')
    mac = await makeSealKey()
    pi = await makeSealKey()
    bench.keys.set('macmini', mac.recipient).set('rpi4', pi.recipient)
  })
  afterEach(() => bench.close())

  const opened = async ({ identity }: SealKey): Promise<string> => {
    const [source, target] = [join(bench.folder, 'sealed'), join(bench.folder, 'opened')]
    await writeFile(source, [...bench.broker.files.values()].at(-1)?.body ?? '')
    const { signal } = new AbortController()
    await openSealedFile({ source, target, identities: [identity], maxBytes: 1e6, signal })
    return bench.read(target)
  }

  it('is read by every machine of the route and nobody else, and tells nothing but its extension', async () => {
    const job = await submitted(bench, { inputs: { file } })
    assert.equal(await opened(mac), 'the words of a talk')
    assert.equal(await opened(pi), 'the words of a talk')
    await assert.rejects(opened(await makeSealKey()), { code: 'tool_missing' })
    const sent = parseRelayedFile(bench.broker.dispatches[0]?.inputs['file'] ?? '')
    const body = bench.broker.files.get('1')?.body ?? Buffer.alloc(0)
    assert.deepEqual([sent?.isEncrypted, sent?.name, sent?.bytes], [true, 'file.mp3', body.length])
    assert.equal(sent?.sha256, createHash('sha256').update(body).digest('hex'))
    assert.doesNotMatch(JSON.stringify(bench.broker.dispatches), /client|the words/)
    assert.deepEqual(await readdir(join(bench.folder, 'sending')), [])
    assert.equal(job.inputs['file'], bench.broker.dispatches[0]?.inputs['file'])
  })

  it('is the same job as long as its words are the same, encrypted or not', async () => {
    const first = await submitted(bench, { inputs: { file } })
    for (const encrypt of [null, true, false]) {
      const again = await bench.queue.submit({ kind: 'transcribe', inputs: { file }, encrypt })
      assert.equal(again.kind === 'duplicate' && again.job.id, first.id)
    }
    assert.equal(bench.broker.uploads, 1)
  })

  it('goes to no machine whose key is not known, and the decision says so', async () => {
    bench.keys.delete('macmini')
    const job = await submitted(bench, { inputs: { file } })
    assert.equal(job.decision?.['label'], 'rpi4')
    assert.match(JSON.stringify(job.decision), /its key is not known, and the file is encrypted/)
    await assert.rejects(opened(mac), { code: 'tool_missing' })
    const { label } = await bench.queue.route({ kind: 'transcribe', inputs: { file } })
    assert.equal(label, 'rpi4')
  })

  it('is refused, with what mends it, where nobody could read it, and leaves nothing', async () => {
    bench.keys.clear()
    const hint = /relayq runner key.*recipients: \{macmini: age1/
    await assert.rejects(submitted(bench, { inputs: { file } }), { code: 'invalid_input', hint })
    bench.keys.set('rpi4', pi.recipient)
    await assert.rejects(submitted(bench, { inputs: { file }, pin: 'macmini' }), {
      message: /no key of macmini/,
    })
    assert.deepEqual([bench.queue.list(), bench.broker.uploads], [[], 0])
    await submitted(bench, { inputs: { file }, encrypt: false })
    assert.equal(bench.broker.files.get('1')?.body.toString(), 'the words of a talk')
  })

  it('is not asked for where nothing is sent along', async () => {
    await submitted(bench)
    await assert.rejects(submitted(bench, { isNew: true, encrypt: true }), { message: /no file to encrypt/ })
  })

  it('is attempted again where it can be read, whatever keys became known since', async () => {
    bench.keys.delete('macmini')
    const job = await submitted(bench, { inputs: { file } })
    bench.keys.set('macmini', mac.recipient)
    bench.broker.start(1, 'rpi4')
    await bench.finishWithResult(1, 'rpi4', {}, {}, { code: 'disk_full', message: '', hint: null })
    const waiting = await bench.queue.reconcile(job)
    bench.advance(3_600_000)
    const again = await bench.queue.reconcile(waiting)
    assert.equal(again.state, 'queued')
    assert.equal(again.decision?.['label'], 'rpi4')
    assert.equal(bench.broker.uploads, 1)
  })

  it('waits here while the broker is away, and is retried for the machines that are known then', async () => {
    bench.broker.isDown = true
    const job = await submitted(bench, { inputs: { file } })
    bench.broker.isDown = false
    bench.keys.clear()
    const queued = await bench.queue.reconcile(job)
    assert.equal(queued.state, 'queued')
    assert.equal(await opened(pi), 'the words of a talk')
    await bench.queue.cancel(job.id)
    bench.broker.finish(1, 'cancelled')
    assert.equal((await bench.queue.reconcile(queued)).state, 'cancelled')
    const other = await makeSealKey()
    bench.keys.set('rpi4', other.recipient)
    await bench.queue.retry(job.id)
    assert.equal(await opened(other), 'the words of a talk')
    await assert.rejects(opened(mac), { code: 'tool_missing' })
    assert.equal(bench.queue.list()[0]?.decision?.['label'], 'rpi4')
  })

  it('is refused without any key while the broker is away', async () => {
    bench.broker.isDown = true
    bench.keys.clear()
    await assert.rejects(submitted(bench, { inputs: { file } }), { message: /no key of any machine/ })
    assert.deepEqual(bench.queue.list(), [])
  })

  it('that was left behind by a process that died is removed with the next one', async () => {
    const left = join(bench.folder, 'sending', 'file-left')
    await mkdir(left, { recursive: true })
    await utimes(left, 0, 0)
    await submitted(bench, { inputs: { file } })
    assert.deepEqual(await readdir(join(bench.folder, 'sending')), [])
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

  it('may lie in a folder of it, and is what it is called below that', async () => {
    const first = await submitted(bench)
    await bench.finishWithResult(1, 'macmini', { 'pages/en/left.wav': 'l', 'top.wav': 't' }, {})
    await bench.queue.wait(first.id)
    const folder = join(bench.folder, 'results', first.id, '1')
    await writeFile(join(bench.folder, 'secret.wav'), 'not of the result')
    await symlink(bench.folder, join(folder, 'pages', 'out'))
    await symlink(join(bench.folder, 'secret.wav'), join(folder, 'pages', 'link.wav'))
    await submitted(bench, { inputs: { result: `${first.id}:pages/en/left.wav` } })
    assert.deepEqual(
      [...bench.broker.files.values()].map(({ body }) => body.toString()),
      ['l'],
    )
    assert.match(bench.broker.dispatches[1]?.inputs['file'] ?? '', /:left\.wav$/)
    const others = [
      ...['left.wav', 'pages', 'pages/', 'pages/en', './top.wav', 'pages/../top.wav', '/top.wav'],
      ...[join(folder, 'top.wav'), 'pages\\en\\left.wav', 'pages//en/left.wav', 'pages/link.wav'],
      ...['pages/out/secret.wav', '../../secret.wav', 'result.json'],
    ]
    for (const name of others) {
      await assert.rejects(submitted(bench, { inputs: { result: `${first.id}:${name}` } }), {
        code: 'invalid_input',
        hint: /It has: pages\/en\/left\.wav, top\.wav\.$/,
      })
    }
  })

  it('is refused where it is not on this machine, and where it is not clear which file is meant', async () => {
    const first = await submitted(bench)
    await bench.finishWithResult(1, 'macmini', { 'left.wav': 'l', 'right.wav': 'r' }, {})
    await bench.queue.wait(first.id)
    await mkdir(join(bench.folder, 'results', first.id, '1', 'inner'))
    const cases: [string, RegExp][] = [
      ['jnone', /no result of "jnone"/],
      [first.id, /has not one file, but 2/],
      [`${first.id}:other.wav`, /has no file "other\.wav"/],
      [`${first.id}:inner`, /has no file "inner"/],
      [`${first.id}:..`, /has no file "\.\."/],
      [`${first.id}:../../../ledger.db`, /has no file/],
    ]
    for (const [result, message] of cases) {
      await assert.rejects(submitted(bench, { inputs: { result } }), { code: 'invalid_input', message })
    }
  })
})
