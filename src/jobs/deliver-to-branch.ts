import { readdir, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { RelayError } from '../base/errors.ts'
import { oneLine } from '../base/one-line.ts'
import { GitHubClient } from '../github/client.ts'
import { commitFolder, type FileToCommit } from '../github/commit-folder.ts'
import type { JobContext } from './context.ts'
import { readRepository } from './run-place.ts'

interface BranchDelivery {
  readonly branch: string
  /** A plain name. */
  readonly job: string
  readonly published: string
}

/** A broker that is slow for longer keeps the machine from its next job. */
const patienceMs = 5 * 60_000

/**
 * Commits a published result to `results/<job>/` of a branch of the run's own repository, with the token of the step. What
 * a job delivers again takes the place of what it delivered before. Says in the log what was left out. Throws what
 * `commitFolder` throws, and `not_authorized` without a token.
 */
export async function deliverToBranch(context: JobContext, delivery: BranchDelivery): Promise<void> {
  const target = readRepository(context.env)
  if (target === null) {
    throw new RelayError('not_authorized', 'The step has no token.', {
      hint: 'The workflow hands it on as RELAYQ_TOKEN: compare it with the one relayq brings.',
    })
  }
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(patienceMs)])
  const client = new GitHubClient(target, { signal })
  try {
    const folder = {
      branch: delivery.branch,
      place: `results/${delivery.job}`,
      files: await filesBelow(delivery.published),
      message: messageFor(delivery.job),
    }
    const { leftOut } = await commitFolder(client, folder, signal)
    for (const { name, reason } of leftOut)
      context.print(oneLine(`relayq: warning: ${name} is not in the branch ${delivery.branch}: ${reason}`))
  } finally {
    client.close()
  }
}

/** A push by the token of a job starts no workflow; one by a token of the owner's would, but for these words (GitHub's). */
function messageFor(job: string): string {
  return `Result of ${job}\n\n[skip ci]`
}

async function filesBelow(folder: string): Promise<readonly FileToCommit[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
  return Promise.all(
    paths.map(async path => ({ name: relative(folder, path), path, bytes: (await stat(path)).size })),
  )
}
