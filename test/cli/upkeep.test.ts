import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { findPaths } from '../../src/config/paths.ts'
import { type Ledger, openLedger } from '../../src/ledger/ledger.ts'
import type { Cost } from '../../src/model/cost.ts'
import type { JobResult } from '../../src/model/result.ts'
import { type Desk, makeDesk } from '../support/relayq-process.ts'

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()

/** A job that ended so many days ago, with a folder of its result; of none, it waits. */
function write(desk: Desk, ledger: Ledger, id: string, end: 'succeeded' | 'failed' | null, days = 100): void {
  const now = daysAgo(days)
  const job = { id, broker: 'b', kind: 'transcribe', inputs: {}, pin: null, idempotencyKey: id, priority: 0 }
  ledger.insertJob({ ...job, now, replace: false, after: id === 'jwaits' ? ['jneeded'] : [] })
  if (end === null) return
  const plan = { jobId: id, number: 1, workflow: 'w.yml', ref: 'main', runsOn: [], decision: {}, now }
  ledger.prepareAttempt(plan)
  ledger.moveAttempt({ attemptId: `${id}.1`, to: 'dispatched', now })
  ledger.moveAttempt({ attemptId: `${id}.1`, to: end, now })
  const directory = join(findPaths(desk.env).state, 'results', id)
  mkdirSync(directory, { recursive: true })
  const result = { schema: 'relayq.result/1', costs: [cost] } as unknown as JobResult
  ledger.recordResult({ jobId: id, attemptId: `${id}.1`, runId: null, directory, result, now })
}

const cost: Cost = {
  provider: 'openai',
  model: 'gpt-transcribe',
  currency: 'USD',
  amount: 0.01,
  seconds: 133,
}

function furnish(desk: Desk): string {
  const { state } = findPaths(desk.env)
  const ledger = openLedger(join(state, 'ledger.db'))
  write(desk, ledger, 'jdead', 'failed')
  write(desk, ledger, 'jdone', 'succeeded')
  write(desk, ledger, 'jfresh', 'failed', 1)
  write(desk, ledger, 'jneeded', 'failed')
  write(desk, ledger, 'jwaits', null)
  ledger.close()
  return join(state, 'results')
}

test('prune removes what is long over with all its traces, and keeps what still stands for something', async t => {
  const desk = makeDesk(t)
  const results = furnish(desk)
  const left = async () =>
    JSON.parse((await desk.relayq(['list', '--json', 'id'])).stdout)
      .map(({ id }: { id: string }) => id)
      .toSorted()
  const dry = await desk.relayq(['prune', '--older-than', '30d', '--dry-run'])
  assert.match(dry.stderr, /would remove 1 job \(what succeeded is kept/)
  assert.equal((await left()).length, 5)
  assert.match((await desk.relayq(['prune', '--older-than', '30d'])).stderr, /removed 1 job, with attempts/)
  assert.deepEqual(await left(), ['jdone', 'jfresh', 'jneeded', 'jwaits'])
  assert.deepEqual([existsSync(join(results, 'jdead')), existsSync(join(results, 'jdone'))], [false, true])
  assert.match((await desk.relayq(['prune', '--older-than', '30d', '--forget'])).stderr, /removed 1 job/)
  assert.deepEqual(await left(), ['jfresh', 'jneeded', 'jwaits'])
  assert.doesNotMatch((await desk.relayq(['events', '--json'])).stdout, /jdone|jdead/)
  for (const words of [[], ['--older-than', 'long']]) {
    assert.equal((await desk.relayq(['prune', ...words])).code, 2)
  }
})

test('export writes each job on a line with its attempts, events and result; stats counts them', async t => {
  const desk = makeDesk(t)
  const results = furnish(desk)
  const lines = (text: string) =>
    text
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
  const all = lines((await desk.relayq(['export'])).stdout)
  assert.deepEqual(
    all.map(({ id }) => id),
    ['jdead', 'jdone', 'jneeded', 'jwaits', 'jfresh'],
  )
  const [dead] = all
  assert.deepEqual([dead.state, dead.attempts.length, dead.events[0].type], ['failed', 1, 'job.pending'])
  assert.equal(dead.resultDirectory, join(results, 'jdead'))
  const saved = await desk.relayq(['export', '--since', '7d', '-o', 'jobs.jsonl'])
  assert.equal(saved.stdout, '')
  const file = join(desk.checkout, 'jobs.jsonl')
  assert.deepEqual(
    lines(readFileSync(file, 'utf8')).map(({ id }) => id),
    ['jfresh'],
  )
  assert.equal(statSync(file).mode & 0o777, 0o600)
  const { kinds, failures, costs } = JSON.parse(
    (await desk.relayq(['stats', '--since', '1000d', '--json'])).stdout,
  )
  assert.deepEqual(kinds[0].states, { failed: 3, pending: 1, succeeded: 1 })
  assert.deepEqual(failures, [{ failure: 'unknown', jobs: 3 }])
  assert.deepEqual(costs, [{ provider: 'openai', model: 'gpt-transcribe', usd: 0.04, jobs: 4 }])
  const shown = (await desk.relayq(['stats'])).stdout
  assert.match(shown, /^cost\topenai gpt-transcribe\t0\.0100\t1$/m)
  assert.match(shown, /^kind\ttranscribe\t0\t1\t0\t/)
})
