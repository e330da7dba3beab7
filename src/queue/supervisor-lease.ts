import type { Millis } from '../base/clock.ts'
import { hasEnded } from '../base/process-mark.ts'
import type { QueueContext } from './context.ts'

/** The lease of the one process that releases jobs of a broker and moves them on. */
function supervisorLease(context: Pick<QueueContext, 'broker'>): string {
  return `supervisor of ${context.broker.id}`
}

type LeaseContext = Pick<QueueContext, 'broker' | 'ledger' | 'clock'>

/** Who supervises, or null. One whose process is seen to be no more does not, whatever is left of its lease. */
export function supervisorOf(context: LeaseContext): string | null {
  const holder = context.ledger.leases.holder(supervisorLease(context), context.clock())
  return holder === null || hasEnded(holder) ? null : holder
}

/** True while a process supervises: then its plan says when a waiting job goes out. */
export function isSupervised(context: LeaseContext): boolean {
  return supervisorOf(context) !== null
}

/** Takes or renews the lease for `ttl`. False: another process holds it. */
export function takeSupervision(context: LeaseContext, owner: string, ttl: Millis): boolean {
  const { leases } = context.ledger
  const name = supervisorLease(context)
  const holder = leases.holder(name, context.clock())
  if (holder !== null && holder !== owner && hasEnded(holder)) leases.release(name, holder)
  return leases.take(name, owner, ttl, context.clock())
}

export function releaseSupervision(context: LeaseContext, owner: string): void {
  context.ledger.leases.release(supervisorLease(context), owner)
}
