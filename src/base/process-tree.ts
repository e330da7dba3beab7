import { setTimeout as delay } from 'node:timers/promises'
import { systemErrorCode } from './errors.ts'
import { type Marker, type ProcessEntry, readProcessTable } from './process-table.ts'

export type { Marker } from './process-table.ts'

/** How long processes that were sent KILL may take to go: one in an uninterruptible call of the kernel may not. */
const killBoundMs = 5000
const lookAgainMs = 20

/** The pids of all processes that carry the marker in their environment, and of their descendants; never our own. */
export async function listMarked(marker: Marker): Promise<readonly number[]> {
  return belonging(await readProcessTable(marker), new Set()).map(entry => entry.pid)
}

/**
 * Ends every process that carries the marker, and its descendants: TERM, `graceMs`, KILL. An environment is inherited
 * through setsid and double forks, where process groups and parents are not. Looks again until none is left, so that
 * what was forked meanwhile is found too. Gives the number ended; does not reach processes of other users.
 */
export async function killMarked(
  marker: Marker,
  options: { readonly graceMs: number },
): Promise<{ ended: number }> {
  const known = new Set<string>()
  const asked = await signalUntilGone(marker, 'SIGTERM', options.graceMs, known)
  if (asked === 0) return { ended: known.size }
  const left = await signalUntilGone(marker, 'SIGKILL', killBoundMs, known)
  return { ended: known.size - left }
}

/** Signals each process once, until two looks in a row find none or the time is over. Gives the number still there. */
async function signalUntilGone(
  marker: Marker,
  signal: 'SIGTERM' | 'SIGKILL',
  boundMs: number,
  known: Set<string>,
): Promise<number> {
  const until = performance.now() + boundMs
  const signalled = new Set<string>()
  let emptyLooks = 0
  for (;;) {
    const found = belonging(await readProcessTable(marker), known)
    for (const entry of found) {
      const identity = identityOf(entry)
      known.add(identity)
      if (signalled.has(identity)) continue
      signalled.add(identity)
      send(entry.pid, signal)
    }
    emptyLooks = found.length === 0 ? emptyLooks + 1 : 0
    if (emptyLooks === 2) return 0
    if (found.length > 0 && performance.now() >= until) return found.length
    await delay(emptyLooks > 0 ? 1 : lookAgainMs)
  }
}

/** The marked, those known from an earlier look (their parent may be gone by now), and the descendants of both. */
function belonging(table: readonly ProcessEntry[], known: ReadonlySet<string>): readonly ProcessEntry[] {
  const children = Map.groupBy(table, entry => entry.parent)
  const found = new Set<ProcessEntry>()
  const visit = (entry: ProcessEntry): void => {
    if (entry.pid === process.pid || found.has(entry)) return
    found.add(entry)
    for (const child of children.get(entry.pid) ?? []) visit(child)
  }
  for (const entry of table) if (entry.marked || known.has(identityOf(entry))) visit(entry)
  return [...found]
}

function identityOf(entry: ProcessEntry): string {
  return `${entry.pid}@${entry.started}`
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (thrown) {
    // ESRCH: ended by itself. EPERM: it became somebody else's, by sudo; the next look counts it as left.
    const code = systemErrorCode(thrown)
    if (code !== 'ESRCH' && code !== 'EPERM') throw thrown
  }
}
