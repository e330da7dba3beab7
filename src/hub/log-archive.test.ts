import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { zipRunLogs } from './log-archive.ts'
import type { HubReader, JobRecord } from './store/records.ts'

type Log = ReadableStream<Uint8Array>

/** One job without steps, and its log. */
function zipOf(log: Log): Log {
  const job = { id: 1, name: 'echo' } as JobRecord
  const reader: Parameters<typeof zipRunLogs>[0] = {
    listJobs: () => ({ totalCount: 1, items: [job] }),
    listSteps: () => [],
    openJobLog: async () => log,
    openStepLog: async () => null,
  } satisfies Partial<HubReader>
  return zipRunLogs(reader, { id: 1, runAttempt: 1 })
}

test('A reader that goes away lets go of the log', async () => {
  const gone = Promise.withResolvers<void>()
  const endless = new ReadableStream<Uint8Array>({
    pull: controller => controller.enqueue(crypto.getRandomValues(new Uint8Array(16_384))),
    cancel: () => gone.resolve(),
  })
  const reader = zipOf(endless).getReader()
  await reader.read()
  await reader.cancel()
  await gone.promise
})

test('A log that cannot be read breaks the archive off, and nothing else', async () => {
  const broken = new ReadableStream<Uint8Array>({
    pull: controller => controller.error(new Error('the disk is gone')),
  })
  await assert.rejects(buffer(zipOf(broken)), /the disk is gone/)
})
