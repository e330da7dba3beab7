import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { RelayError } from '../src/base/errors.ts'
import { GitHubBroker } from '../src/github/broker.ts'
import { GitHubClient } from '../src/github/client.ts'
import type { Fault } from '../src/hub/faults/fault.ts'
import { openLedger } from '../src/ledger/ledger.ts'
import { parsePolicy } from '../src/policy/parse.ts'
import { Queue } from '../src/queue/queue.ts'
import { temporaryFolder } from './support/git-repository.ts'
import { startTestHub, testToken } from './support/running-hub.ts'

const workflow = `run-name: Transcribe [\${{ inputs.relayq_id }}]
on:
  workflow_dispatch:
    inputs:
      url: {required: true}
      runs_on: {default: ''}
      max_size_mb: {default: ''}
      relayq_id: {default: ''}
jobs:
  transcribe:
    runs-on: [self-hosted, box]
    steps: [{run: 'true'}]
`
const dispatches = '/repos/*/dispatches'
const runLists = '/repos/*/runs'

/** A queue at a hub over a real connection. Its time goes on with every pause, so that nobody waits. */
async function openQueue(t: TestContext) {
  t.mock.method(process.stderr, 'write', () => true)
  const { hub, json, runner } = await startTestHub(t, { '.github/workflows/transcribe_audio.yml': workflow })
  await runner('box', ['self-hosted', 'box'])
  let passedMs = 0
  const pass = (ms: number): void => {
    passedMs += ms
  }
  const sleep = async (ms: number) => pass(ms)
  const target = { apiUrl: hub.apiUrl, token: testToken, owner: 'octo', repo: 'queue' }
  const client = new GitHubClient(target, { sleep })
  t.after(() => client.close())
  const folder = temporaryFolder(t)
  const ledger = openLedger(join(folder, 'ledger.db'))
  t.after(() => ledger.close())
  const queue = new Queue({
    broker: new GitHubBroker(client, { description: 'the hub', defaultBranch: 'main' }),
    ledger,
    loadPolicy: async () => parsePolicy('routes: {transcribe: {prefer: [box]}}', 'policy.yaml'),
    clock: () => Date.now() + passedMs,
    sleep,
    sizeOf: async () => null,
    encryption: { isUsual: () => false, keys: () => new Map() },
    cwd: folder,
    localScript: async () => null,
    dataDir: folder,
    removesArtifacts: false,
    ref: 'main',
  })
  const runs = async (): Promise<readonly { readonly id: number; readonly display_title: string }[]> => {
    const { body } = await json('/actions/runs?per_page=100')
    return (body as { workflow_runs: { id: number; display_title: string }[] }).workflow_runs
  }
  return { hub, queue, ledger, runs, pass }
}

type QueueAtHub = Awaited<ReturnType<typeof openQueue>>

/** Resolves also where the broker was away for the moment; any other error fails the test. */
async function tolerating(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (thrown) {
    assert.ok(thrown instanceof RelayError && thrown.exitCode === 75, String(thrown))
  }
}

/** Submits once, then looks at the jobs as `relayq wait` does, with time passing, until none is pending. */
async function settle({ queue, pass }: QueueAtHub, jobs: number): Promise<void> {
  for (let n = 0; n < jobs; n += 1) {
    const inputs = { url: `https://example.com/${n}.mp3` }
    await tolerating(() => queue.submit({ kind: 'transcribe', inputs }))
  }
  for (let looks = 0; looks < 50; looks += 1) {
    const pending = queue.list({ states: ['pending'] })
    if (pending.length === 0) return
    pass(50_000)
    for (const job of pending) await tolerating(() => queue.reconcile(job))
  }
  assert.fail('jobs are pending still')
}

/** Each job has one run, which is the one it knows, and there is no other. */
async function assertOneRunEach({ hub, queue, ledger, runs }: QueueAtHub, jobs: number): Promise<void> {
  hub.faults.set([])
  const known = queue.list().map(job => {
    const attempt = ledger.newestAttempt(job.id)
    return `${attempt?.runId} Transcribe [${attempt?.id}]`
  })
  const there = (await runs()).map(({ id, display_title: title }) => `${id} ${title}`)
  assert.equal(known.length, jobs)
  assert.deepEqual(known.toSorted(), there.toSorted())
}

const once = { path: dispatches, times: 1 } as const
const cases: readonly (readonly [what: string, ...faults: Fault[]])[] = [
  ['is slow', { kind: 'latency', delay_ms: 30 }],
  ['answers 502 and has not heard it', { kind: 'error_before', ...once }],
  ['answers 500 and has not heard it', { kind: 'error_before', status: 500, ...once }],
  ['answers 504 and has started the run', { kind: 'error_after', status: 504, ...once }],
  ['breaks the connection and has not heard it', { kind: 'drop_before', ...once }],
  ['breaks the connection and has started the run', { kind: 'drop_after', ...once }],
  [
    'has started the run, which its lists do not show at first',
    { kind: 'drop_after', ...once },
    { kind: 'stale_list', path: runLists, times: 6 },
  ],
  [
    'has started the run and stumbles over each look for it',
    { kind: 'error_after', ...once },
    { kind: 'error_before', path: runLists, times: 4 },
  ],
  ['names its secondary limit with 403', { kind: 'secondary_limit', ...once }],
  ['names its secondary limit with 429', { kind: 'secondary_limit', status: 429, ...once }],
]

for (const [what, ...faults] of cases) {
  test(`A job whose broker ${what} has one run in the end`, async t => {
    const bench = await openQueue(t)
    bench.hub.faults.set(faults)
    await settle(bench, 1)
    for (const { kind, hits } of bench.hub.faults.list()) assert.ok(hits && hits > 0, `${kind} was met`)
    await assertOneRunEach(bench, 1)
  })
}

test('Jobs that meet the primary rate limit are kept, and sent once after its reset', async t => {
  const bench = await openQueue(t)
  // Each job takes two: the list of runners, and its dispatch.
  bench.hub.faults.set([{ kind: 'primary_limit', limit: 3 }])
  const submit = async (name: string): Promise<string | null> => {
    const inputs = { url: `https://example.com/${name}` }
    const outcome = await bench.queue.submit({ kind: 'transcribe', inputs })
    assert.equal(outcome.kind, 'created')
    return outcome.unsent?.reason ?? null
  }
  assert.equal(await submit('a.mp3'), null)
  assert.match((await submit('b.mp3')) ?? '', /the limit is reset at 2\d{3}-/)
  bench.hub.faults.set([])
  const [kept] = bench.queue.list({ states: ['pending'] })
  assert.ok(kept)
  await bench.queue.reconcile(kept)
  await assertOneRunEach(bench, 2)
})

for (const seed of [1, 2, 3]) {
  test(`No job is lost or doubled while many requests fail in every way, seed ${seed}`, async t => {
    const bench = await openQueue(t)
    const often = { method: 'POST', probability: 0.15, seed } as const
    bench.hub.faults.set([
      { kind: 'error_before', ...often },
      { kind: 'error_after', ...often, seed: seed + 10 },
      { kind: 'drop_after', ...often, seed: seed + 20 },
      { kind: 'secondary_limit', ...often, seed: seed + 30 },
      { kind: 'drop_before', method: 'GET', probability: 0.1, seed },
      { kind: 'stale_list', path: runLists, times: 4 },
    ])
    await settle(bench, 8)
    const hits = bench.hub.faults.list().reduce((sum, fault) => sum + (fault.hits ?? 0), 0)
    assert.ok(hits >= 5, `${hits} requests were hit`)
    await assertOneRunEach(bench, 8)
  })
}
