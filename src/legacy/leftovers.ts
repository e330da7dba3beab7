import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemErrorCode } from '../base/errors.ts'
import { isJsonObject, parseJson } from '../base/json.ts'
import { killMarked, listMarked } from '../base/process-tree.ts'
import { trackingVariable } from '../protocol/worker-ipc.ts'
import { archiveResult } from './result-archive.ts'
import type { RunStore } from './run-store.ts'

/** A job whose worker was killed ends by itself, and may publish its result while it does. */
const endingMs = 5_000
const lookAgainMs = 50

/** Where a taking of a run has its files. */
export function runFolder(workFolder: string, run: number, holder: string): string {
  return join(workFolder, `${run}-${holder}`)
}

/** Where a job publishes its result, below its RUNNER_TEMP. */
export function resultFolder(folder: string): string {
  return join(folder, 'temp', 'relayq-result')
}

/**
 * What a worker that was killed has left on its machine: a result that is whole is handed in, unless the run was given to
 * another worker meanwhile, so that its work is not done again; everything else is removed.
 */
export async function handInLeftovers(
  workFolder: string,
  store: RunStore,
  say: (line: string) => void,
): Promise<void> {
  for (const name of await listFolders(workFolder)) {
    const [, run, holder] = /^(\d{1,15})-([\w.]+)$/.exec(name) ?? []
    if (run !== undefined && holder !== undefined) {
      await untilEnded(holder)
      if (await handIn(join(workFolder, name), Number(run), holder, store)) {
        say(`run ${run} was done when its worker was lost: its result is handed in`)
      }
    }
    await rm(join(workFolder, name), { recursive: true, force: true, maxRetries: 3 })
  }
}

/** false: there is no whole result, or nobody waits for it any more. */
async function handIn(folder: string, id: number, holder: string, store: RunStore): Promise<boolean> {
  const run = await store.get(id)
  const published = resultFolder(folder)
  if (run === null || !(await isWhole(published, run.inputs['relayq_id'] ?? ''))) return false
  const result = await archiveResult(published)
  if (result.kind !== 'ready') return false
  await store.putResult(holder, result.zip)
  return store.finish(id, holder, { conclusion: 'success', failedStep: null, annotations: [] })
}

/** A result is published by one rename: what can be read is whole. Its own word says whose it is, and that the work was done. */
async function isWhole(folder: string, relayqId: string): Promise<boolean> {
  try {
    const result = parseJson(await readFile(join(folder, 'result.json'), 'utf8'))
    return isJsonObject(result) && result['status'] === 'succeeded' && result['relayqId'] === relayqId
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') return false
    throw thrown
  }
}

async function untilEnded(holder: string): Promise<void> {
  const marker = { name: trackingVariable, value: holder }
  for (const until = Date.now() + endingMs; Date.now() < until; await sleep(lookAgainMs)) {
    if ((await listMarked(marker)).length === 0) return
  }
  await killMarked(marker, { graceMs: 0 })
}

async function listFolders(path: string): Promise<readonly string[]> {
  try {
    return await readdir(path)
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') return []
    throw thrown
  }
}
