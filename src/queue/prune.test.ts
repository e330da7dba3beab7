import assert from 'node:assert/strict'
import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openBench, submitted } from '../../test/support/queue-bench.ts'
import { pruneJobs } from './prune.ts'

const query = { before: '2027-01-01T00:00:00.000Z', forget: false }

test('A prune that fails, or is killed, leaves the job with its files to the next one', async t => {
  const bench = await openBench()
  t.after(() => bench.close())
  const job = await submitted(bench)
  await bench.queue.cancel(job.id)
  const results = join(bench.folder, 'results')
  await mkdir(join(results, job.id), { recursive: true })
  const commit = bench.ledger.pruneJob.bind(bench.ledger)
  const failing = t.mock.method(bench.ledger, 'pruneJob', (...given: Parameters<typeof commit>) =>
    commit(given[0], given[1], () => {
      given[2]()
      throw new Error('The disk is gone.')
    }),
  )
  assert.throws(() => pruneJobs(bench.ledger, bench.folder, query), /The disk is gone/)
  failing.mock.restore()
  assert.deepEqual([bench.ledger.getJob(job.id)?.id, await bench.resultFolders()], [job.id, [job.id]])

  await rename(join(results, job.id), join(results, `.pruned-${job.id}`))
  await mkdir(join(results, '.pruned-jgone'))
  assert.equal(pruneJobs(bench.ledger, bench.folder, { ...query, before: job.createdAt }).jobs, 0)
  assert.deepEqual(await bench.resultFolders(), [job.id])
  assert.equal(pruneJobs(bench.ledger, bench.folder, query).jobs, 1)
  assert.deepEqual([bench.ledger.getJob(job.id), await bench.resultFolders()], [null, []])
})

test('A job that another came to follow since a prune found it keeps its files', async t => {
  const bench = await openBench()
  t.after(() => bench.close())
  const job = await submitted(bench)
  await bench.queue.cancel(job.id)
  await mkdir(join(bench.folder, 'results', job.id), { recursive: true })
  const { ledger } = bench
  const list = ledger.listPrunable.bind(ledger)
  t.mock.method(ledger, 'listPrunable', (asked: Parameters<typeof list>[0]) => {
    const found = list(asked)
    ledger.insertJob({
      ...{
        id: 'later',
        broker: job.broker,
        kind: 'transcribe',
        inputs: {},
        pin: null,
        idempotencyKey: 'later',
      },
      ...{ priority: 0, now: job.createdAt, replace: false, after: [job.id] },
    })
    return found
  })
  const pruned = pruneJobs(ledger, bench.folder, query)
  assert.deepEqual([pruned.jobs, ledger.getJob(job.id)?.id], [0, job.id])
  assert.deepEqual(await bench.resultFolders(), [job.id])
})
