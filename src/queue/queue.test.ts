import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { type Bench, openBench, resultArchive } from '../../test/support/queue-bench.ts'
import { RelayError } from '../base/errors.ts'
import type { JobView } from './queue.ts'

const url = 'https://example.com/a.mp3'

describe('the queue', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
  })
  afterEach(() => bench.close())

  async function submitted(extra: Record<string, unknown> = {}) {
    const outcome = await bench.queue.submit({ kind: 'transcribe', inputs: { url }, ...extra })
    assert.equal(outcome.kind, 'created')
    return outcome.job
  }

  async function viewOf(id: string): Promise<JobView> {
    const view = await bench.queue.view(id)
    assert.equal(view.kind, 'job')
    return view
  }

  describe('submit', () => {
    it('routes, writes the attempt, dispatches once, and keeps the decision', async () => {
      const job = await submitted({ inputs: { url, model: 'base', language: '' } })
      assert.equal(job.state, 'queued')
      assert.deepEqual(bench.broker.dispatches, [
        {
          workflow: 'transcribe_audio.yml',
          ref: 'main',
          inputs: { url, model: 'base', runs_on: '["self-hosted","macmini"]', relayq_id: `${job.id}.1` },
        },
      ])
      const { attempts, decision, events } = await viewOf(job.id)
      assert.equal(attempts[0]?.runId, 1)
      assert.equal(decision?.outcome, 'preferred')
      assert.deepEqual(events.map(event => event.type).slice(0, 4), [
        'job.pending',
        'attempt.prepared',
        'attempt.dispatched',
        'job.queued',
      ])
    })

    it('returns the job that is active or succeeded with the same inputs, in any order and with empty options', async () => {
      const first = await submitted({ inputs: { url, model: 'base' } })
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
      const first = await submitted()
      bench.broker.finish(1, 'failure')
      await bench.queue.wait(first.id)
      const second = await submitted()
      const pinned = await submitted({ pin: 'rpi4' })
      const forced = await submitted({ isNew: true })
      assert.equal(new Set([first.id, second.id, pinned.id, forced.id]).size, 4)
      const again = await bench.queue.submit({ kind: 'transcribe', inputs: { url } })
      assert.equal(again.kind === 'duplicate' && again.job.id, forced.id)
    })

    it('takes a given key for the identity, whatever the inputs', async () => {
      const first = await submitted({ key: 'episode-1' })
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
      ['a missing input', {}, /url is missing/, /Add url=/],
      ['a bad choice', { url, backend: 'cloud' }, /backend cannot be "cloud"/, /auto, local, openai, router/],
      ['a file path for a URL', { url: '/tmp/a.mp3' }, /must be an http or https address/, /web server/],
      ['another protocol', { url: 'file:///etc/passwd' }, /must be an http or https address/, /web server/],
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

    it('keeps a job that no machine may take as failed and says why', async () => {
      bench.sizes.set(url, 5_000_000_000)
      await assert.rejects(submitted(), { code: 'invalid_input', message: /more than max_size_mb/ })
      assert.equal(bench.broker.dispatches.length, 0)
      assert.deepEqual(
        bench.queue.list().map(job => job.state),
        ['failed'],
      )
    })

    it('decides on no knowledge when the token may not list runners, and says so', async () => {
      bench.broker.mayListRunners = false
      const { decision } = await viewOf((await submitted()).id)
      assert.equal(decision?.label, 'macmini')
      assert.match(decision?.summary ?? '', /could not be listed: the token may not list runners/)
    })

    it('fails the job for good when the broker refuses it', async () => {
      bench.broker.branches.clear()
      await assert.rejects(submitted(), { code: 'invalid_input', message: /No ref found for: main/ })
      const [job] = bench.queue.list()
      assert.equal(job?.state, 'failed')
      assert.equal((await viewOf(job.id)).attempts[0]?.state, 'rejected')
    })

    it('says that a workflow is not there', async () => {
      bench.broker.workflows.clear()
      await assert.rejects(submitted(), { code: 'unknown_workflow', exitCode: 2 })
    })

    it('sends a workflow without the inputs of RelayQ that it does not declare', async () => {
      bench.broker.workflows.set('transcribe_audio.yml', { required: ['url'], optional: [] })
      const job = await submitted()
      assert.deepEqual(
        bench.broker.dispatches.map(({ inputs }) => inputs),
        [{ url }],
      )
      const event = (await viewOf(job.id)).events.find(({ type }) => type === 'inputs_not_declared')
      assert.deepEqual(event?.detail, { names: ['relayq_id', 'runs_on'] })
    })
  })

  describe('a dispatch whose answer is lost', () => {
    it('is looked up by name, through stale lists, and not sent again', async () => {
      bench.broker.faults.push('lose_answer_after')
      bench.broker.staleLookups = 3
      const job = await submitted()
      assert.equal(job.state, 'queued')
      assert.equal(bench.broker.dispatches.length, 1)
      assert.equal(bench.broker.lookups, 4)
    })

    it('is looked up when the broker accepts it without naming the run', async () => {
      bench.broker.faults.push('no_run_id')
      assert.equal((await submitted()).state, 'queued')
      assert.equal(bench.broker.dispatches.length, 1)
    })

    it('stays pending while its run does not show up, and is sent again only after the settle time', async () => {
      bench.broker.faults.push('fail_before')
      const job = await submitted()
      assert.equal(job.state, 'pending')
      assert.match(job.reason ?? '', /not yet confirmed: 502/)
      bench.advance(60_000)
      assert.equal((await bench.queue.reconcile(job)).state, 'pending')
      assert.equal(bench.broker.dispatches.length, 0)
      bench.advance(60_000)
      const sent = await bench.queue.reconcile(job)
      assert.deepEqual([sent.state, sent.reason], ['queued', null])
      assert.equal(bench.broker.dispatches.length, 1)
    })

    it('is found late, before it would be sent again', async () => {
      bench.broker.faults.push('lose_answer_after')
      bench.broker.staleLookups = 5
      const job = await submitted()
      assert.equal(job.state, 'pending')
      bench.advance(300_000)
      assert.equal((await bench.queue.reconcile(job)).state, 'queued')
      assert.equal(bench.broker.dispatches.length, 1)
    })

    it('is never sent again where the workflow takes no relayq_id: the job fails with that reason', async () => {
      bench.broker.workflows.set('transcribe_audio.yml', { required: ['url'], optional: [] })
      bench.broker.loseAnswerOfAccepted = true
      const job = await submitted()
      assert.equal(job.state, 'pending')
      bench.advance(120_000)
      const ended = await bench.queue.reconcile(job)
      assert.equal(ended.state, 'failed')
      assert.match(ended.reason ?? '', /takes no relayq_id/)
      assert.equal(bench.broker.dispatches.length, 1)
    })
  })

  describe('an unreachable broker', () => {
    it('leaves the job pending, names it, and the same submit goes on with it', async () => {
      bench.broker.isDown = true
      await assert.rejects(submitted(), (error: unknown) => {
        assert.ok(error instanceof RelayError)
        assert.deepEqual([error.code, error.exitCode], ['broker_unreachable', 75])
        assert.match(error.hint ?? '', /kept as j[0-9a-z]{11}; .*relayq wait/)
        return true
      })
      const [kept] = bench.queue.list()
      assert.equal(kept?.state, 'pending')
      bench.broker.isDown = false
      const again = await bench.queue.submit({ kind: 'transcribe', inputs: { url } })
      assert.deepEqual(
        [again.kind === 'duplicate' && again.job.id, again.kind === 'duplicate' && again.job.state],
        [kept.id, 'queued'],
      )
      assert.equal(bench.broker.dispatches.length, 1)
    })

    it('lets a dispatch that never arrived be sent again at once', async () => {
      bench.broker.faults.push('unreachable')
      await assert.rejects(submitted(), { code: 'broker_unreachable' })
      const [kept] = bench.queue.list()
      assert.ok(kept)
      assert.equal((await bench.queue.reconcile(kept)).state, 'queued')
      assert.equal(bench.broker.dispatches.length, 1)
    })

    it('ends the job when the token will never do', async () => {
      bench.broker.faults.push('not_authorized')
      await assert.rejects(submitted(), { code: 'not_authorized', exitCode: 4 })
      assert.deepEqual(
        bench.queue.list().map(job => job.state),
        ['failed'],
      )
    })
  })

  describe('reconcile', () => {
    it('follows a run from the queue over a runner to its end', async () => {
      const job = await submitted()
      bench.broker.start(1, 'macmini')
      const running = await bench.queue.reconcile(job)
      assert.equal(running.state, 'running')
      bench.broker.finish(1, 'success')
      const done = await bench.queue.reconcile(running)
      assert.deepEqual([done.state, done.reason], ['succeeded', null])
      const { attempts, events } = await viewOf(job.id)
      assert.deepEqual([attempts[0]?.state, attempts[0]?.runnerName], ['succeeded', 'macmini'])
      const finals = events.filter(event => event.type === 'job.succeeded')
      assert.equal(finals.length, 1)
    })

    it('takes the reason of a lost runner from the annotation', async () => {
      const job = await submitted()
      bench.broker.start(1, 'macmini')
      const message = 'The self-hosted runner lost communication with the server.'
      bench.broker.finish(1, 'failure', [{ level: 'failure', title: null, message }])
      assert.deepEqual(
        [(await bench.queue.reconcile(job)).state, (await viewOf(job.id)).job.reason],
        ['failed', message],
      )
    })

    it('calls a run that was cancelled elsewhere cancelled', async () => {
      const job = await submitted()
      bench.broker.finish(1, 'cancelled')
      const ended = await bench.queue.reconcile(job)
      assert.deepEqual([ended.state, ended.reason], ['cancelled', 'the run ended as cancelled'])
    })

    it('gives up a run that stays away, not one that is not readable yet', async () => {
      const job = await submitted()
      bench.broker.runs.clear()
      assert.equal((await bench.queue.reconcile(job)).state, 'queued')
      bench.advance(120_000)
      const ended = await bench.queue.reconcile(job)
      assert.deepEqual([ended.state, ended.reason], ['failed', 'run 1 no longer exists at the broker'])
    })

    it('never leaves a final state', async () => {
      const job = await submitted()
      bench.broker.finish(1, 'success')
      const done = await bench.queue.reconcile(job)
      bench.broker.finish(1, 'failure')
      assert.equal((await bench.queue.reconcile(done)).state, 'succeeded')
      assert.equal((await bench.queue.reconcile(job)).state, 'succeeded')
    })

    it('says why a job waits and since when', async () => {
      bench.broker.runners = []
      bench.broker.addRunner('macmini', ['macmini'], { status: 'offline' })
      const job = await submitted()
      const { waiting, decision } = await viewOf(job.id)
      assert.equal(decision?.outcome, 'waiting')
      assert.deepEqual(waiting, {
        reason: 'waiting for a runner with label macmini: macmini offline',
        since: job.createdAt,
      })
      bench.broker.start(1, 'macmini')
      const taken = await viewOf(job.id)
      assert.deepEqual([taken.waiting, taken.job.reason], [null, null])
    })
  })

  describe('result', () => {
    it('is fetched once, kept, and told by format; the runner is remembered', async () => {
      const job = await submitted()
      await bench.finishWithResult(1, 'rpi4', { 'transcript.txt': 'hello' }, { txt: 'transcript.txt' })
      await bench.queue.wait(job.id)
      const result = await bench.queue.result(job.id, { format: 'txt' })
      assert.equal(result.kind === 'ready' && (await bench.read(result.path ?? '')), 'hello')
      await bench.queue.result(job.id)
      assert.equal(bench.broker.downloads, 1)
      const facts = bench.ledger.listFacts(bench.broker.id).get('rpi4')
      assert.deepEqual([facts?.ffmpeg, facts?.cores], [false, 4])
      await assert.rejects(bench.queue.result(job.id, { format: 'srt' }), {
        code: 'invalid_input',
        hint: 'It has: txt.',
      })
    })

    it('gives the reason of a failed job in its own words', async () => {
      const job = await submitted()
      const error = { code: 'not_media', message: 'The URL serves HTML.', hint: null }
      await bench.finishWithResult(1, 'rpi4', {}, {}, error)
      const ended = await bench.queue.reconcile(job)
      assert.deepEqual([ended.state, ended.reason], ['failed', 'not_media: The URL serves HTML.'])
    })

    it('is a value while there is none', async () => {
      const job = await submitted()
      assert.equal((await bench.queue.result(job.id)).kind, 'not_finished')
      bench.broker.finish(1, 'failure')
      assert.equal((await bench.queue.result(job.id)).kind, 'none')
    })

    it('does not trust names in it, and leaves nothing half-written', async () => {
      const job = await submitted()
      await bench.finishWithResult(1, 'rpi4', {}, { txt: '../../ledger.db' })
      await bench.queue.wait(job.id)
      await assert.rejects(bench.queue.result(job.id, { format: 'txt' }), { code: 'invalid_input' })
      const other = await submitted({ isNew: true })
      await bench.finishWithArchive(2, await resultArchive({ '../escape.txt': 'x' }))
      const { subject } = await bench.queue.wait(other.id)
      assert.equal(subject.kind === 'job' && subject.job.state, 'succeeded')
      const events = (await viewOf(other.id)).events.map(event => event.type)
      assert.ok(events.includes('result_not_fetched'))
      assert.deepEqual(await bench.resultFolders(), [job.id])
    })
  })

  describe('cancel', () => {
    it('ends a queued job through the broker, and again changes nothing', async () => {
      const job = await submitted()
      assert.equal((await bench.queue.cancel(job.id)).kind, 'cancelled')
      assert.equal((await bench.queue.cancel(job.id)).kind, 'already_finished')
      assert.equal((await viewOf(job.id)).job.reason, 'cancelled on request')
    })

    it('ends a job that never left without the broker', async () => {
      bench.broker.isDown = true
      await assert.rejects(submitted())
      const [kept] = bench.queue.list()
      assert.equal((await bench.queue.cancel(kept?.id ?? '')).kind, 'cancelled')
    })

    it('ends the run of a dispatch that is on its way while its job is cancelled', async () => {
      bench.broker.staleLookups = 1
      bench.broker.beforeAnswer = () => bench.queue.cancel(bench.queue.list()[0]?.id ?? '')
      const job = await submitted()
      assert.equal(job.state, 'cancelled')
      assert.equal(bench.broker.runs.get(1)?.run.conclusion, 'cancelled')
    })

    it('finds and ends the run of a dispatch that was never answered', async () => {
      bench.broker.faults.push('lose_answer_after')
      bench.broker.staleLookups = 5
      const job = await submitted()
      assert.equal((await bench.queue.cancel(job.id)).kind, 'cancelled')
      assert.equal(bench.broker.runs.get(1)?.run.conclusion, 'cancelled')
    })
  })

  describe('ids', () => {
    it('may be a job, an attempt, a run or its URL', async () => {
      const job = await submitted()
      const runUrl = 'http://memory.test/octo/queue/actions/runs/1'
      for (const id of [job.id, `${job.id}.1`, '1', runUrl, `${runUrl}/job/7`]) {
        assert.equal((await viewOf(id)).job.id, job.id)
      }
      for (const id of ['jabsent', '99', '../etc', '']) {
        await assert.rejects(bench.queue.view(id), { code: 'job_not_found' })
      }
    })

    it('may be a run nobody submitted here', async () => {
      bench.broker.addRun({ workflow: 'plain.yml', ref: 'main', inputs: {} })
      bench.broker.start(1, 'rpi4')
      bench.broker.setLog(1, '2026-01-01T00:00:00.0000000Z hello\n')
      assert.equal((await bench.queue.view('1')).kind, 'run')
      assert.match((await bench.queue.logs('1'))[0]?.text ?? '', /hello/)
      assert.equal((await bench.queue.cancel('1')).kind, 'requested')
      const { kind, subject } = await bench.queue.wait('1')
      assert.deepEqual([kind, subject.kind === 'run' && subject.run.conclusion], ['finished', 'cancelled'])
    })
  })

  describe('wait and watch', () => {
    it('wait gives up at its timeout by the clock', async () => {
      const job = await submitted()
      const outcome = await bench.queue.wait(job.id, { timeoutMs: 5_000 })
      assert.equal(outcome.kind, 'still_pending')
      assert.equal(bench.sleptMs(), 5_000)
    })

    it('wait lives through a short absence of the broker, not through a long one', async () => {
      const job = await submitted()
      const isDown = [true, true, false]
      bench.onSleep(() => {
        const next = isDown.shift()
        if (next === undefined) bench.broker.finish(1, 'success')
        else bench.broker.isDown = next
      })
      assert.equal((await bench.queue.wait(job.id)).kind, 'finished')
      const other = await submitted({ isNew: true })
      bench.onSleep(() => {
        bench.broker.isDown = true
      })
      const before = bench.sleptMs()
      await assert.rejects(bench.queue.wait(other.id), { code: 'broker_unreachable' })
      assert.ok(bench.sleptMs() - before > 60_000 && bench.sleptMs() - before < 70_000)
    })

    it('wait stops when it is told to', async () => {
      const job = await submitted()
      const stop = new AbortController()
      bench.onSleep(() => stop.abort())
      assert.equal((await bench.queue.wait(job.id, { signal: stop.signal })).kind, 'still_pending')
    })

    it('watch shows every line once, progress as progress, and the end last', async () => {
      const job = await submitted()
      const stamp = '2026-01-01T00:00:00.0000000Z'
      const steps = [
        () => bench.broker.start(1, 'macmini'),
        () => bench.broker.setLog(1, `${stamp} one\n${stamp} tw`),
        () => bench.broker.setLog(1, `${stamp} one\n${stamp} two\n${stamp} relayq: progress 50%\n`),
        () => {
          bench.broker.setLog(1, `${stamp} one\n${stamp} two\n${stamp} relayq: progress 50%\n${stamp} three`)
          bench.broker.finish(1, 'success')
        },
      ]
      bench.onSleep(() => steps.shift()?.())
      const seen: string[] = []
      for await (const event of bench.queue.watch(job.id)) {
        if (event.kind === 'state') seen.push(`${event.state} ${event.runner}`)
        if (event.kind === 'log') seen.push(`log ${event.text}`)
        if (event.kind === 'progress') seen.push(`progress ${event.progress.percent}`)
        if (event.kind === 'end') seen.push('end')
      }
      assert.deepEqual(seen, [
        ...['queued null', 'running macmini', 'log one', 'log two', 'progress 50', 'log three'],
        ...['succeeded macmini', 'end'],
      ])
    })

    it('watch shows the log of a finished job when the broker gives it only at the end', async () => {
      const job = await submitted()
      bench.broker.start(1, 'macmini')
      bench.broker.finish(1, 'success')
      bench.broker.setLog(1, 'only\n')
      for (const times of [1, 2]) {
        const lines: string[] = []
        for await (const event of bench.queue.watch(job.id)) if (event.kind === 'log') lines.push(event.text)
        assert.deepEqual(lines, ['only'], `time ${times}`)
      }
    })
  })

  describe('dispatchWorkflow', () => {
    const workflow = '.github/workflows/transcribe_audio.yml'

    it('routes a pooled workflow and never takes it for a duplicate', async () => {
      for (const runId of [1, 2]) {
        const outcome = await bench.queue.dispatchWorkflow({ workflow, inputs: { url }, route: true })
        assert.equal(outcome.kind === 'dispatched' && outcome.runId, runId)
      }
      assert.equal(bench.broker.dispatches[0]?.inputs['runs_on'], '["self-hosted","macmini"]')
      assert.match(bench.broker.dispatches[0]?.inputs['relayq_id'] ?? '', /^d[0-9a-z]{12}$/)
      assert.deepEqual(bench.queue.list(), [])
    })

    it('leaves the machine to the user who names it, or does not want routing', async () => {
      await bench.queue.dispatchWorkflow({ workflow, inputs: { url }, route: false })
      await bench.queue.dispatchWorkflow({ workflow, inputs: { url, runs_on: '["mine"]' }, route: true })
      assert.deepEqual(
        bench.broker.dispatches.map(({ inputs }) => inputs['runs_on']),
        [undefined, '["mine"]'],
      )
    })

    it('finds a run whose answer was lost, and sends a workflow of others without relayq_id', async () => {
      bench.broker.faults.push('lose_answer_after')
      const found = await bench.queue.dispatchWorkflow({ workflow, inputs: { url }, route: true })
      assert.equal(found.kind === 'dispatched' && found.runId, 1)
      const plain = await bench.queue.dispatchWorkflow({ workflow: 'plain.yml', inputs: {}, route: true })
      assert.deepEqual(plain.kind === 'dispatched' && plain.dropped, ['relayq_id'])
      assert.deepEqual(bench.broker.dispatches[1]?.inputs, {})
    })

    it('says when it cannot know', async () => {
      bench.broker.faults.push('fail_before')
      const lost = bench.queue.dispatchWorkflow({ workflow, inputs: { url }, route: true })
      await assert.rejects(lost, { code: 'broker_unavailable', message: /not known whether/ })
    })

    it('refuses what the broker refuses, and shows what it would send', async () => {
      const absent = bench.queue.dispatchWorkflow({ workflow: 'absent.yml', inputs: {}, route: true })
      await assert.rejects(absent, { code: 'unknown_workflow' })
      const wrong = bench.queue.dispatchWorkflow({ workflow, inputs: { url, colour: 'blue' }, route: true })
      await assert.rejects(wrong, { code: 'invalid_input', message: /colour/ })
      const dry = await bench.queue.dispatchWorkflow({ workflow, inputs: { url }, route: true, dryRun: true })
      assert.equal(dry.kind === 'dry_run' && dry.request.ref, 'main')
      assert.equal(bench.broker.dispatches.length, 0)
    })
  })
})
