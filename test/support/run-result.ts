import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { unzip } from '../../src/base/unzip.ts'
import type { JobResult } from '../../src/model/result.ts'
import type { TestFleet } from './fleet.ts'

/** What a run left: its result.json, and the folder it came in. A failed job leaves one too. */
export async function resultOf(
  fleet: TestFleet,
  runId: number,
): Promise<{ readonly result: JobResult; readonly folder: string }> {
  const [artifact] = await fleet.broker.listArtifacts(runId)
  assert.ok(artifact, 'also a failed job leaves its result')
  const zip = join(fleet.folder, `${runId}.zip`)
  const folder = join(fleet.folder, `${runId}`)
  await fleet.broker.downloadArtifact(artifact.id, zip)
  mkdirSync(folder)
  await unzip(zip, folder, { maxBytes: 1_000_000, maxEntries: 10 })
  return { result: JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')), folder }
}
