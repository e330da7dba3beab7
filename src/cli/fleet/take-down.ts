import { isAlive } from '../../base/process-identity.ts'
import { type HubFile, keeperOf, readHubFile, removeHubFile } from '../../config/hub-file.ts'
import { endProcess } from './end-process.ts'

/** A keeper's supervisor ends within 5 s, its runners within 40 s (kept-listener), its hub within 5 s. */
const keeperGraceMs = 60_000
const orphanGraceMs = 10_000

/**
 * Ends the hub of a state folder and its runners, whether their keeper lives or was killed, and removes hub.json.
 * Answers with what was there: null when nothing was.
 */
export async function takeDown(folder: string): Promise<HubFile | null> {
  const hub = readHubFile(folder)
  if (hub === null) return null
  const processes = [keeperOf(hub), ...hub.runners]
  const wasRunning = processes.some(isAlive)
  await endProcess(keeperOf(hub), keeperGraceMs)
  await Promise.all(hub.runners.map(runner => endProcess(runner, orphanGraceMs)))
  removeHubFile(folder)
  return wasRunning ? hub : null
}
