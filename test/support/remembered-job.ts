import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from '../../src/base/json.ts'
import { findPaths } from '../../src/config/paths.ts'
import { openLedger } from '../../src/ledger/ledger.ts'
import type { JobResult } from '../../src/model/result.ts'
import type { Desk } from './relayq-process.ts'

const now = '2026-01-01T00:00:00.000Z'

/** `files` by format, and what is in them; null: the job is not over. `error`: it failed. */
interface Remembered {
  readonly files: Readonly<Record<string, string>> | null
  readonly inputs?: JsonObject
  readonly batch?: string
  readonly error?: JobResult['error']
}

/** A job of a hub that is gone; with files, it is over and its result was fetched. */
export function rememberJob(desk: Desk, id: string, remembered: Remembered): void {
  const { files, inputs = {}, batch = null, error = null } = remembered
  const { state } = findPaths(desk.env)
  const ledger = openLedger(join(state, 'ledger.db'))
  const job = { id, broker: 'http://gone#a/b', kind: 'transcribe', inputs, pin: null, idempotencyKey: id }
  ledger.insertJob({ ...job, priority: 0, now, replace: false, batch })
  const decision = { summary: 'macmini is preferred.', candidates: [] }
  const attempt = { jobId: id, number: 1, workflow: 'x.yml', ref: 'main', runsOn: [], decision, now }
  ledger.prepareAttempt(attempt)
  ledger.moveAttempt({ attemptId: `${id}.1`, to: 'dispatched', now, runId: 1 })
  if (files) {
    const directory = join(state, 'results', id)
    const result = resultOf(id, files, error)
    writeResult(directory, result, files)
    ledger.moveAttempt({ attemptId: `${id}.1`, to: result.status, now, reason: error?.message ?? null })
    ledger.recordResult({ jobId: id, attemptId: `${id}.1`, runId: 1, directory, result, now })
  }
  ledger.close()
}

function resultOf(id: string, files: Readonly<Record<string, string>>, error: JobResult['error']): JobResult {
  const names = Object.fromEntries(Object.keys(files).map(format => [format, `transcript.${format}`]))
  const status = error ? 'failed' : 'succeeded'
  return {
    ...{ schema: 'relayq.result/1', kind: 'transcribe', relayqId: `${id}.1`, status, error, files: names },
    ...{ warnings: [], doubts: [], media: null, engine: null, engines: [], costs: [], timing: null },
    ...{ startedAt: now, finishedAt: now },
    runner: { name: 'box', ffmpeg: true, memoryMb: 1, cores: 1 },
  }
}

function writeResult(directory: string, result: JobResult, files: Readonly<Record<string, string>>): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  writeFileSync(join(directory, 'result.json'), JSON.stringify(result), { mode: 0o600 })
  for (const [format, text] of Object.entries(files)) {
    writeFileSync(join(directory, `transcript.${format}`), text, { mode: 0o600 })
  }
}
