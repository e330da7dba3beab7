import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryBroker } from '../../test/support/memory-broker.ts'
import { RelayError } from '../base/errors.ts'
import type { WorkflowJob } from '../model/run.ts'
import { LogReader } from './log-reader.ts'

function atWork(id: number): WorkflowJob {
  return {
    ...{ id, runId: 1, name: `job ${id}`, status: 'in_progress', conclusion: null, runnerName: 'macmini' },
    ...{ labels: [], createdAt: '', startedAt: null, completedAt: null, steps: [] },
  }
}

test('A line that was read while another log could not be is shown with the next look', async () => {
  const broker = new MemoryBroker()
  const logs = new Map([[1, 'a1\n']])
  broker.readJobLog = async id => {
    const log = logs.get(id)
    if (log === undefined) throw new RelayError('broker_unavailable', 'it answered 502')
    return log
  }
  const reader = new LogReader(broker)
  const look = async () => (await reader.readNew([atWork(1), atWork(2)])).map(({ text }) => text)
  await assert.rejects(look(), { code: 'broker_unavailable' })
  logs.set(2, 'b1\n')
  assert.deepEqual(await look(), ['a1', 'b1'])
  assert.deepEqual(await look(), [])
})
