import type { QueueContext } from './context.ts'

/** The lease of the one process that releases jobs of a broker and moves them on. */
export function supervisorLease(context: Pick<QueueContext, 'broker'>): string {
  return `supervisor of ${context.broker.id}`
}

/** True while a process supervises: then its plan says when a waiting job goes out. */
export function isSupervised(context: QueueContext): boolean {
  return context.ledger.leases.holder(supervisorLease(context), context.clock()) !== null
}
