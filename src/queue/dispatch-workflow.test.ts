import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { type Bench, benchPolicy, openBench, exampleUrl as url } from '../../test/support/queue-bench.ts'

describe('dispatchWorkflow', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
  })
  afterEach(() => bench.close())

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

  it('waits for GitHub to learn of a workflow that was just pushed, not for ever', async () => {
    const dispatch = { workflow, inputs: { url }, route: true }
    bench.broker.unsettledDispatches = 3
    assert.equal((await bench.queue.dispatchWorkflow(dispatch)).kind, 'dispatched')
    assert.deepEqual([bench.broker.dispatches.length, bench.sleptMs()], [1, 7_000])
    bench.broker.unsettledDispatches = 9
    await assert.rejects(bench.queue.dispatchWorkflow(dispatch), {
      code: 'invalid_input',
      message: /'workflow_dispatch' trigger/,
    })
    assert.equal(bench.broker.dispatches.length, 1)
  })

  it('hands on the limit of the policy, for the job to keep where the size is unknown', async () => {
    await bench.queue.dispatchWorkflow({ workflow, inputs: { url }, route: true })
    await bench.queue.submit({ kind: 'transcribe', inputs: { url } })
    assert.deepEqual(
      bench.broker.dispatches.map(({ inputs }) => inputs['max_size_mb']),
      ['1000', '1000'],
    )
  })

  it('hands on what doubt does, where it is not as machines do by themselves', async () => {
    const strict = await openBench(`${benchPolicy}    verify: fail\n`)
    for (const each of [bench, strict]) {
      await each.queue.dispatchWorkflow({ workflow, inputs: { url }, route: true })
      await each.queue.submit({ kind: 'transcribe', inputs: { url } })
    }
    const told = [bench, strict].map(({ broker }) => broker.dispatches.map(({ inputs }) => inputs['verify']))
    await strict.close()
    assert.deepEqual(told, [
      [undefined, undefined],
      ['fail', 'fail'],
    ])
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
