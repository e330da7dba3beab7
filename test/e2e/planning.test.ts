import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { saidIn, startTestFleet, untilCompleted } from '../support/fleet.ts'

const folder = join(import.meta.dirname, 'planning')
const workflows = Object.fromEntries(
  readdirSync(folder).map(name => [name, readFileSync(join(folder, name), 'utf8')]),
)
const runners = ['one', 'two', 'three'].map(name => ({ name, labels: ['self-hosted', 'box'] }))

test('what a workflow declares happens on the runners', { timeout: 120_000 }, async t => {
  const fleet = await startTestFleet(t, { workflows, runners })
  const runId = await fleet.start('everything.yml')
  const run = await untilCompleted(fleet, runId, 60_000)
  assert.deepEqual([run.title, run.conclusion], ['Good morning 2', 'failure'])
  const seen = new Map<string, readonly string[]>()
  for (const { id, name, conclusion } of await fleet.broker.listJobs(runId)) {
    seen.set(name, [conclusion ?? '', ...saidIn((await fleet.broker.readJobLog(id)) ?? '')])
  }
  assert.deepEqual(Object.fromEntries(seen), {
    first: ['success', 'job 2 /', 'Good morning,', '  a large indented line', '42'],
    'each (a, 1)': ['success', 'a1 '],
    'each (b, 1)': ['success', 'b1 more'],
    'each (b, 2)': ['success', 'b2 '],
    'each (z)': ['failure', 'z '],
    last: ['success', 'success failure'],
    skipped: ['skipped'],
    'timed-out': ['cancelled'],
  })
})

test('twelve instances run once each, three at a time', { timeout: 120_000 }, async t => {
  const fleet = await startTestFleet(t, {
    workflows,
    runners: [...runners, { name: 'four', labels: ['box'] }],
  })
  const log = join(fleet.folder, 'log')
  const runId = await fleet.start('parallel.yml', { log })
  assert.equal((await untilCompleted(fleet, runId, 60_000)).conclusion, 'success')
  const events = readLines(log)
  assert.equal(new Set(events).size, 24)
  let open = 0
  const atOnce = events.map(event => {
    open += event.startsWith('begin') ? 1 : -1
    return open
  })
  assert.deepEqual([events.length, Math.max(...atOnce)], [24, 3])
})

test('thirty dispatches at once run once each, on all runners', { timeout: 120_000 }, async t => {
  const fleet = await startTestFleet(t, { workflows, runners })
  const log = join(fleet.folder, 'log')
  const numbers = Array.from({ length: 30 }, (_, index) => String(index))
  const runIds = await Promise.all(numbers.map(number => fleet.start('one-of-many.yml', { log, number })))
  const runs = await Promise.all(runIds.map(runId => untilCompleted(fleet, runId, 60_000)))
  assert.deepEqual(new Set(runs.map(run => run.conclusion)), new Set(['success']))
  assert.deepEqual(readLines(log).toSorted(), numbers.toSorted())
  const jobs = (await Promise.all(runIds.map(runId => fleet.broker.listJobs(runId)))).flat()
  assert.deepEqual(new Set(jobs.map(job => job.runnerName)), new Set(['one', 'two', 'three']))
})

function readLines(path: string): readonly string[] {
  return readFileSync(path, 'utf8').trimEnd().split('\n')
}
