import type { Run } from '../model/run.ts'
import type { QueueContext } from './context.ts'

/** So many runs of each status are listed; what is not seen there is looked at by itself. */
const mostRuns = 1_000

/** The runs that wait or run, by id. One that is not among them may be over, or too new to be listed. Throws what the broker throws. */
export async function listActiveRuns({
  broker,
}: Pick<QueueContext, 'broker'>): Promise<ReadonlyMap<number, Run>> {
  const [queued, running] = await Promise.all([
    broker.listRuns({ status: 'queued', most: mostRuns }),
    broker.listRuns({ status: 'in_progress', most: mostRuns }),
  ])
  return new Map([...queued, ...running].map(run => [run.id, run]))
}
