import assert from 'node:assert/strict'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openBench, submitted } from '../../test/support/queue-bench.ts'
import { pruneJobs } from './prune.ts'

test('A prune that ends before it has removed the files of a job leaves the job to the next one', async t => {
  const bench = await openBench()
  t.after(() => bench.close())
  const job = await submitted(bench)
  await bench.queue.cancel(job.id)
  const query = { before: '2027-01-01T00:00:00.000Z', forget: false }
  const results = join(bench.folder, 'results')
  await writeFile(results, 'no folder')
  await assert.rejects(pruneJobs(bench.ledger, bench.folder, query), { code: 'ENOTDIR' })
  assert.equal(bench.ledger.getJob(job.id)?.id, job.id)
  await rm(results)
  await mkdir(join(results, job.id), { recursive: true })
  assert.equal((await pruneJobs(bench.ledger, bench.folder, query)).jobs, 1)
  assert.deepEqual([bench.ledger.getJob(job.id), await bench.resultFolders()], [null, []])
})
