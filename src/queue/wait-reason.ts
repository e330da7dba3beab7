import { RelayError } from '../base/errors.ts'
import type { LedgerAttempt, LedgerJob } from '../ledger/records.ts'
import type { Runner } from '../model/runner.ts'
import { type QueueContext, timestamp } from './context.ts'

/** Writes to the ledger why a dispatched attempt has no runner yet, in words. */
export function explainWait(
  context: QueueContext,
  job: Pick<LedgerJob, 'id' | 'reason'>,
  { runsOn }: Pick<LedgerAttempt, 'runsOn'>,
  runners: readonly Runner[],
): void {
  const reason = waitReason(runsOn, runners)
  if (reason === job.reason) return
  context.ledger.setReason({ jobId: job.id, state: 'queued', reason, now: timestamp(context) })
}

/** Pure: what stands between a queued run and a runner. `runsOn` empty: the workflow's own labels, unknown here. */
export function waitReason(runsOn: readonly string[], runners: readonly Runner[]): string {
  if (runsOn.length === 0) return 'waiting for a runner that fits the workflow'
  const wanted = runsOn.filter(label => label.toLowerCase() !== 'self-hosted').join(', ')
  const who = `waiting for a runner with label ${wanted}`
  const bearers = runners.filter(runner => runsOn.every(label => bears(runner, label)))
  const isOwn = runsOn.some(label => label.toLowerCase() === 'self-hosted')
  if (bearers.length === 0 && !isOwn) return `waiting for a GitHub-hosted machine (${wanted})`
  if (bearers.length === 0) return `${who}: none is registered`
  const online = bearers.filter(runner => runner.status === 'online')
  if (online.length === 0) return `${who}: ${names(bearers)} offline`
  if (online.every(runner => runner.busy)) return `${who}: ${names(online)} busy`
  return `${who}: ${names(online.filter(runner => !runner.busy))} idle, about to take it`
}

function bears(runner: Runner, label: string): boolean {
  return runner.labels.some(own => own.toLowerCase() === label.toLowerCase())
}

function names(runners: readonly Runner[]): string {
  return runners.map(runner => runner.name).join(', ')
}

/** null where the token may not list runners: then no reason can be given. */
export async function listRunners({ broker }: QueueContext): Promise<readonly Runner[] | null> {
  try {
    return await broker.listRunners()
  } catch (error) {
    if (error instanceof RelayError && error.code === 'not_authorized') return null
    throw error
  }
}
