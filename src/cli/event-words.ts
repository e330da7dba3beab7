import type { LedgerEvent } from '../ledger/records.ts'

/** With what the event tells beyond its name: a reason, or the runner. */
export function eventInWords({ type, detail }: LedgerEvent): string {
  const { reason, runner, message } = detail
  const words = [reason, message].filter(word => typeof word === 'string')
  const where = typeof runner === 'string' ? ` on ${runner}` : ''
  return `${type}${where}${words.length === 0 ? '' : `: ${words.join(', ')}`}`
}
