import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import {
  type Bench,
  benchStart,
  openBench,
  submitted,
  exampleUrl as url,
  viewOf,
} from '../../test/support/queue-bench.ts'
import { RelayError } from '../base/errors.ts'
import type { SubmitNotice, SubmitRequest } from './submit.ts'
import { takeSupervision } from './supervisor-lease.ts'

describe('submit', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
  })
  afterEach(() => bench.close())

  it('routes, writes the attempt, dispatches once, and keeps the decision', async () => {
    const job = await submitted(bench, { inputs: { url, model: 'base', language: '' } })
    assert.equal(job.state, 'queued')
    assert.deepEqual(bench.broker.dispatches, [
      {
        workflow: 'transcribe_audio.yml',
        ref: 'main',
        inputs: {
          url,
          model: 'base',
          runs_on: '["self-hosted","macmini"]',
          max_size_mb: '1000',
          relayq_group: job.id,
          relayq_id: `${job.id}.1`,
        },
      },
    ])
    const { attempts, decision, events } = await viewOf(bench, job.id)
    assert.equal(attempts[0]?.runId, 1)
    assert.equal(decision?.outcome, 'preferred')
    assert.deepEqual(events.map(event => event.type).slice(0, 4), [
      'job.pending',
      'attempt.prepared',
      'attempt.dispatched',
      'job.queued',
    ])
  })

  it('takes a kind that repeats its work for the same job only until it is over, unless a key was given', async () => {
    const request = { kind: 'command', inputs: { script: 'backup.sh' } }
    const submit = (extra: { readonly key?: string } = {}) => bench.queue.submit({ ...request, ...extra })
    const first = await submit()
    assert.equal(first.kind, 'created')
    assert.equal((await submit()).kind, 'duplicate')
    // Nobody has looked since: the ledger still calls the first one queued.
    bench.broker.finish(1, 'success')
    const dry = await bench.queue.submit({ ...request, dryRun: true })
    assert.equal(dry.kind === 'dry_run' && dry.duplicateOf?.state, 'queued')
    const second = await submit()
    assert.equal(second.kind, 'created')
    assert.equal(bench.broker.dispatches.length, 2)
    bench.broker.finish(2, 'success')
    const both = await Promise.all([submit(), submit()])
    assert.deepEqual(both.map(({ kind }) => kind).toSorted(), ['created', 'duplicate'])

    const named = await submit({ key: 'tonight' })
    bench.broker.finish(4, 'success')
    assert.equal(named.kind === 'created' && (await bench.queue.wait(named.job.id)).kind, 'finished')
    assert.equal((await submit({ key: 'tonight' })).kind, 'duplicate')
  })

  it('returns the job that is active or succeeded with the same inputs, in any order and with empty options', async () => {
    const first = await submitted(bench, { inputs: { url, model: 'base' } })
    const again = await bench.queue.submit({
      kind: 'transcribe',
      inputs: { language: '', model: 'base', url },
    })
    assert.deepEqual([again.kind, again.kind === 'duplicate' && again.job.id], ['duplicate', first.id])
    assert.equal(bench.broker.dispatches.length, 1)
    bench.broker.finish(1, 'success')
    await bench.queue.wait(first.id)
    const later = await bench.queue.submit({ kind: 'transcribe', inputs: { url, model: 'base' } })
    assert.equal(later.kind, 'duplicate')
  })

  it('makes a new job of what failed before, of another machine, and of --new', async () => {
    const first = await submitted(bench)
    bench.broker.finish(1, 'failure')
    await bench.queue.wait(first.id)
    const second = await submitted(bench)
    const pinned = await submitted(bench, { pin: 'rpi4' })
    const forced = await submitted(bench, { isNew: true })
    assert.equal(new Set([first.id, second.id, pinned.id, forced.id]).size, 4)
    const again = await bench.queue.submit({ kind: 'transcribe', inputs: { url } })
    assert.equal(again.kind === 'duplicate' && again.job.id, forced.id)
  })

  it('sends a job with a path to a machine that lends its folder, or has not said what it lends', async () => {
    const chosen = async (path: string) => {
      const outcome = await bench.queue.submit({ kind: 'transcribe', inputs: { path }, dryRun: true })
      return outcome.kind === 'dry_run' && outcome.decision.label
    }
    assert.equal(await chosen('/nas/audio/a.mp3'), 'macmini')
    const reportedAt = '2026-01-01T00:00:00Z'
    bench.ledger.recordFacts(bench.broker.id, 'macmini', { inputRoots: ['/nas/audio-2'], reportedAt })
    bench.ledger.recordFacts(bench.broker.id, 'rpi4', { ffmpeg: true, reportedAt })
    assert.equal(await chosen('/nas/audio/a.mp3'), 'rpi4')
    assert.equal(await chosen('/nas/audio-2/a.mp3'), 'macmini')
  })

  it('says before it sends that no machine has lent the folder of a path, where each has said what it lends', async () => {
    const { broker, ledger, queue } = bench
    const told: SubmitNotice[] = []
    const submit = (path: string, dryRun: boolean) =>
      queue.submit({ kind: 'transcribe', inputs: { path }, dryRun, tell: notice => told.push(notice) })
    const report = (name: string, inputRoots: readonly string[]) =>
      ledger.recordFacts(broker.id, name, { inputRoots, reportedAt: '2026-01-01T00:00:00Z' })
    report('macmini', [])
    await submit('/nas/a.mp3', true)
    assert.deepEqual(told, [])
    report('rpi4', ['/nas'])
    await submit('/nas/a.mp3', true)
    assert.deepEqual(told, [])
    report('rpi4', ['/other'])
    await submit('/nas/a.mp3', true)
    assert.deepEqual(told, [{ kind: 'path_not_lent', path: '/nas/a.mp3', machines: ['macmini', 'rpi4'] }])
    takeSupervision({ broker, ledger, clock: () => benchStart }, 'another', 60_000)
    const kept = await submit('/nas/a.mp3', false)
    assert.deepEqual([kept.kind, told.length, broker.dispatches.length], ['created', 2, 0])
  })

  it('names the machines a job with a path may come to, offline or pinned, and none that the policy rejects', async () => {
    const { broker, ledger, queue } = bench
    const reportedAt = '2026-01-01T00:00:00Z'
    ledger.recordFacts(broker.id, 'macmini', { inputRoots: [], reportedAt })
    ledger.recordFacts(broker.id, 'rpi4', { ffmpeg: false, inputRoots: ['/nas'], reportedAt })
    const warned = async (path: string, pin: string | null = null) => {
      const told: SubmitNotice[] = []
      const tell = (notice: SubmitNotice) => told.push(notice)
      await queue.submit({ kind: 'transcribe', inputs: { path }, pin, dryRun: true, tell })
      return told.map(notice => notice.kind === 'path_not_lent' && notice.machines)
    }
    assert.deepEqual(await warned('/nas/a.mp3'), [['macmini']])
    broker.runners.shift()
    broker.addRunner('macmini', ['macmini'], { status: 'offline' })
    assert.deepEqual(await warned('/nas/a.mp3'), [['macmini']])
    assert.deepEqual(await warned('/nas/a.mp3', 'rpi4'), [])
    assert.deepEqual(await warned('/other/a.mp3', 'rpi4'), [['rpi4']])
  })

  it('tells a job that is held why it waits, and not that the broker was away when it came', async () => {
    const notBefore = new Date(benchStart + 3_600_000).toISOString()
    const file = join(bench.folder, 'talk.mp3')
    await writeFile(file, 'the words of a talk')
    const followed = await submitted(bench)
    bench.broker.isDown = true
    const requests: Partial<SubmitRequest>[] = [
      { inputs: { path: '/data/a.mp3' } },
      { pin: 'rpi4' },
      { inputs: { file } },
    ]
    for (const request of requests) {
      const held = await bench.queue.submit({ kind: 'transcribe', inputs: { url }, ...request, notBefore })
      assert.equal(held.kind === 'created' && held.unsent?.reason, `not before ${notBefore}`)
      assert.equal(held.kind === 'created' && held.job.reason, null)
      const behind = await submitted(bench, { ...request, isNew: true, after: [followed.id] })
      assert.equal(behind.reason, `waits for ${followed.id} to succeed`)
    }
  })

  it('sends the file of a job that was held while the broker was away once its time has come', async () => {
    const notBefore = new Date(benchStart + 3_600_000).toISOString()
    const file = join(bench.folder, 'talk.mp3')
    await writeFile(file, 'the words of a talk')
    bench.broker.isDown = true
    const job = await submitted(bench, { inputs: { file }, notBefore })
    bench.broker.isDown = false
    await bench.queue.reconcile(job)
    assert.equal(bench.broker.dispatches.length, 0)
    bench.advance(3_600_000)
    assert.equal((await bench.queue.reconcile(job)).state, 'queued')
    assert.equal(bench.broker.uploads, 1)
  })

  it('that must never come twice yields also to one that came and went meanwhile', async () => {
    const file = join(bench.folder, 'talk.mp3')
    await writeFile(file, 'the words of a talk')
    const request = { kind: 'transcribe', inputs: { file }, key: 'k', once: true }
    const { broker } = bench
    const listRunners = broker.listRunners.bind(broker)
    let first = ''
    broker.listRunners = async () => {
      broker.listRunners = listRunners
      first = (await submitted(bench, request)).id
      await bench.queue.cancel(first)
      return listRunners()
    }
    const outcome = await bench.queue.submit(request)
    assert.equal(outcome.kind === 'duplicate' && outcome.job.id, first)
  })

  it('takes a given key for the identity, whatever the inputs', async () => {
    const first = await submitted(bench, { key: 'episode-1' })
    const again = await bench.queue.submit({
      kind: 'transcribe',
      inputs: { url: `${url}?2` },
      key: 'episode-1',
    })
    assert.equal(again.kind === 'duplicate' && again.job.id, first.id)
  })

  it('decides without a trace in a dry run', async () => {
    const outcome = await bench.queue.submit({ kind: 'transcribe', inputs: { url }, dryRun: true })
    assert.equal(outcome.kind === 'dry_run' && outcome.decision.label, 'macmini')
    assert.deepEqual([bench.queue.list(), bench.broker.dispatches], [[], []])
  })

  const badInputs: readonly [string, Record<string, string>, RegExp, RegExp][] = [
    [
      'an unknown input',
      { url, modle: 'base' },
      /no input "modle"/,
      /Did you mean model\? Known inputs: url,/,
    ],
    ['no source', {}, /What to work on is missing/, /Add one of: url=\.\.\., file=/],
    ['two sources', { url, path: '/nas/a.mp3' }, /url and path cannot be given together/, /Keep one of/],
    ['a path that leads nowhere from here', { path: 'a.mp3' }, /path cannot be/, /an absolute path/],
    ['a bad choice', { url, backend: 'cloud' }, /backend cannot be "cloud"/, /auto, local, openai, router/],
    ['a file path for a URL', { url: '/tmp/a.mp3' }, /url cannot be/, /an http or https address/],
    ['another protocol', { url: 'file:///etc/passwd' }, /url cannot be/, /an http or https address/],
    [
      'an unknown format',
      { url, formats: 'txt,docx' },
      /formats cannot be "txt,docx"/,
      /srt, vtt, json, md, podcast, with/,
    ],
    ['a model that is a path', { url, model: '../base' }, /model cannot be/, /a name such as base/],
    ['a password', { url: 'https://me:hush@example.com/a.mp3' }, /^url has a user name/, /signed link/],
    ['no language', { url, language: 'english!' }, /language cannot be/, /ISO 639-1/],
  ]
  for (const [name, inputs, message, hint] of badInputs) {
    it(`refuses ${name} before anything is written`, async () => {
      await assert.rejects(bench.queue.submit({ kind: 'transcribe', inputs }), (error: unknown) => {
        assert.ok(error instanceof RelayError)
        assert.deepEqual([error.code, error.exitCode], ['invalid_input', 2])
        assert.match(error.message, message)
        assert.match(error.hint ?? '', hint)
        return true
      })
      assert.deepEqual(bench.queue.list(), [])
    })
  }

  it('refuses an unknown kind and suggests one', async () => {
    const refused = bench.queue.submit({ kind: 'transcibe', inputs: { url } })
    await assert.rejects(refused, { code: 'unknown_kind', hint: 'Did you mean transcribe?' })
  })

  it('refuses a job that no machine may take before anything is written, but keeps one that must never come twice', async () => {
    bench.sizes.set(url, 5_000_000_000)
    const refusal = { code: 'invalid_input', message: /more than max_size_mb/ }
    await assert.rejects(submitted(bench), refusal)
    assert.deepEqual(bench.queue.list(), [])
    await assert.rejects(submitted(bench, { key: 'k', once: true }), refusal)
    assert.equal(bench.broker.dispatches.length, 0)
    assert.deepEqual(
      bench.queue.list().map(job => job.state),
      ['failed'],
    )
  })

  it('keeps what must never come twice as failed also where it is pinned, has a path, or was to follow a job', async () => {
    const first = await submitted(bench)
    await bench.queue.cancel(first.id)
    const path = { inputs: { path: '/data/a.mp3' } }
    bench.broker.runners.shift()
    bench.broker.addRunner('macmini', ['macmini'])
    for (const name of ['macmini', 'rpi4']) {
      const facts = { ffmpeg: false, reportedAt: '2026-01-01T00:00:00Z' }
      bench.ledger.recordFacts(bench.broker.id, name, facts)
    }
    for (const request of [{ pin: 'nobody' }, path, { pin: 'rpi4', after: [first.id] }]) {
      const once = { ...request, key: JSON.stringify(request), once: true }
      await assert.rejects(submitted(bench, once), { code: 'invalid_input' })
      const again = await bench.queue.submit({ kind: 'transcribe', inputs: { url }, ...once })
      assert.equal(again.kind === 'duplicate' && again.job.state, 'failed')
    }
  })

  it('refuses to follow a job that did not succeed before anything is written', async () => {
    const first = await submitted(bench)
    await bench.queue.cancel(first.id)
    const before = bench.queue.list().length
    const inputs = { url: `${url}?2` }
    await assert.rejects(submitted(bench, { inputs, after: [first.id] }), {
      code: 'invalid_input',
      message: /which it was to follow, ended as cancelled/,
    })
    assert.equal(bench.queue.list().length, before)
  })

  it('asks a broker that is away once, and keeps the job', async () => {
    bench.broker.isDown = true
    let asked = 0
    const listRunners = bench.broker.listRunners.bind(bench.broker)
    bench.broker.listRunners = () => {
      asked++
      return listRunners()
    }
    assert.equal((await submitted(bench)).state, 'pending')
    assert.equal(asked, 1)
  })

  it('refuses a pin that no runner bears before anything is written, not one of a job that is there', async () => {
    const pin = 'nobody'
    await assert.rejects(submitted(bench, { pin }), { code: 'invalid_input', message: /named or labelled/ })
    assert.deepEqual(bench.queue.list(), [])
    bench.broker.addRunner('nobody', ['nobody'])
    const first = await submitted(bench, { pin })
    bench.broker.runners.pop()
    const again = await bench.queue.submit({ kind: 'transcribe', inputs: { url }, pin })
    assert.equal(again.kind === 'duplicate' && again.job.id, first.id)
  })

  it('keeps a pinned job while the broker is away', async () => {
    bench.broker.isDown = true
    assert.equal((await submitted(bench, { pin: 'rpi4' })).state, 'pending')
    assert.equal(bench.queue.list()[0]?.state, 'pending')
  })

  it('decides on no knowledge when the token may not list runners, and says so', async () => {
    bench.broker.mayListRunners = false
    const { decision } = await viewOf(bench, (await submitted(bench)).id)
    assert.equal(decision?.label, 'macmini')
    assert.match(decision?.summary ?? '', /could not be listed: the token may not list runners/)
  })

  it('fails the job for good when the broker refuses it', async () => {
    bench.broker.branches.clear()
    await assert.rejects(submitted(bench), { code: 'invalid_input', message: /No ref found for: main/ })
    const [job] = bench.queue.list()
    assert.equal(job?.state, 'failed')
    assert.equal((await viewOf(bench, job.id)).attempts[0]?.state, 'rejected')
  })

  it('says that a workflow is not there', async () => {
    bench.broker.workflows.clear()
    await assert.rejects(submitted(bench), { code: 'unknown_workflow', exitCode: 2 })
  })

  it('sends a workflow without the inputs of RelayQ that it does not declare', async () => {
    bench.broker.workflows.set('transcribe_audio.yml', { required: ['url'], optional: [] })
    const job = await submitted(bench)
    assert.deepEqual(
      bench.broker.dispatches.map(({ inputs }) => inputs),
      [{ url }],
    )
    const event = (await viewOf(bench, job.id)).events.find(({ type }) => type === 'inputs_not_declared')
    assert.deepEqual(event?.detail, { names: ['relayq_id', 'relayq_group', 'runs_on', 'max_size_mb'] })
  })
})
