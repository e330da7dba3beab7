import type { QueueContext } from './context.ts'

/** The lease of the one process that releases jobs of a broker and moves them on. */
export function supervisorLease(context: Pick<QueueContext, 'broker'>): string {
  return `supervisor of ${context.broker.id}`
}

/** True while another process supervises: then it is that one that says when a waiting job goes out. */
export function isSupervised(context: QueueContext): boolean {
  const holder = context.ledger.leases.holder(supervisorLease(context), context.clock())
  return holder !== null && holder !== context.supervisorId
}
