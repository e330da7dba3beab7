import { RelayError } from '../../base/errors.ts'
import { type HubFile, isRedisFleet } from '../../config/hub-file.ts'
import { GitHubBroker } from '../../github/broker.ts'
import { GitHubClient } from '../../github/client.ts'
import { attemptOfTitle } from '../../model/attempt-id.ts'
import type { Run } from '../../model/run.ts'

/** More than any machine runs at once. */
const mostRuns = 100

/** What stopping a fleet means for the jobs that run on it now, in a sentence; null when none does or the hub is away. */
export async function warnOfRunningJobs(hub: HubFile): Promise<string | null> {
  // Legacy workers say themselves what becomes of what they do.
  if (isRedisFleet(hub)) return null
  const { apiUrl, token, repository } = hub
  const client = new GitHubClient({ apiUrl, token, owner: repository.owner, repo: repository.name })
  try {
    const broker = new GitHubBroker(client, { description: 'the hub' })
    const [runners, runs] = await Promise.all([
      broker.listRunners(),
      broker.listRuns({ status: 'in_progress', most: mostRuns }),
    ])
    const busy = runners.filter(runner => runner.busy).map(({ name }) => name)
    return describeRunning(busy, runs)
  } catch (thrown) {
    if (thrown instanceof RelayError) return null
    throw thrown
  } finally {
    client.close()
  }
}

/**
 * A listener lets its job finish for 10 s after the first TERM (kept-listener). A run that is no attempt of a job has
 * nobody who would send it again; an attempt has the supervisor, or whoever looks at its job.
 */
export function describeRunning(busy: readonly string[], runs: readonly Pick<Run, 'title'>[]): string | null {
  if (busy.length === 0) return null
  const strangers = runs.filter(({ title }) => attemptOfTitle(title) === null).length
  const jobs = busy.length === 1 ? 'a job is running' : `${busy.length} jobs are running`
  return `${jobs} (${busy.join(', ')}); what is not done in 10 s ${thenWhat(strangers, runs.length)}`
}

function thenWhat(strangers: number, runs: number): string {
  if (strangers === 0) return 'is taken up again by the supervisor of the next relayq up'
  if (strangers === runs) return 'is cancelled: it was not sent by relayq submit'
  return 'is taken up again by the supervisor of the next relayq up, but is cancelled where it was not sent by relayq submit'
}
