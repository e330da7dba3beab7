import { RelayError } from '../../base/errors.ts'
import { type HubFile, isRedisFleet } from '../../config/hub-file.ts'
import { GitHubBroker } from '../../github/broker.ts'
import { GitHubClient } from '../../github/client.ts'

/** What stopping a fleet means for the jobs that run on it now, in a sentence; null when none does or the hub is away. */
export async function warnOfRunningJobs(hub: HubFile): Promise<string | null> {
  // Legacy workers say themselves what becomes of what they do.
  if (isRedisFleet(hub)) return null
  const { apiUrl, token, repository } = hub
  const client = new GitHubClient({ apiUrl, token, owner: repository.owner, repo: repository.name })
  try {
    const runners = await new GitHubBroker(client, { description: 'the hub' }).listRunners()
    return describeRunning(runners.filter(({ busy }) => busy).map(({ name }) => name))
  } catch (thrown) {
    if (thrown instanceof RelayError) return null
    throw thrown
  } finally {
    client.close()
  }
}

/** A listener lets its job finish for 10 s after the first TERM (kept-listener). */
export function describeRunning(busy: readonly string[]): string | null {
  if (busy.length === 0) return null
  const [jobs, it] =
    busy.length === 1 ? ['a job is running', 'it gets'] : [`${busy.length} jobs are running`, 'they get']
  const then = busy.length === 1 ? 'it is cancelled' : 'they are cancelled'
  return `${jobs} (${busy.join(', ')}); ${it} 10 s to finish, then ${then}`
}
