import { runProgram } from '../base/process.ts'
import { isRepository } from './checkout.ts'
import { firstLine, gitLine } from './git-line.ts'
import { type RepositoryName, repositoryOfRemote } from './repository-name.ts'

export interface GitRemote extends RepositoryName {
  readonly host: string
  /** What origin's HEAD points to, as far as this clone knows. */
  readonly defaultBranch: string | null
}

/** The repository that `origin` of a checkout names; null without git, without origin, or where it is a mere path. */
export async function readGitRemote(checkout: string): Promise<GitRemote | null> {
  // A package below someone's repository is not a clone of it.
  if (!isRepository(checkout)) return null
  const [url, head] = await Promise.all([
    gitLine(checkout, ['remote', 'get-url', 'origin']),
    gitLine(checkout, ['symbolic-ref', '--short', 'refs/remotes/origin/HEAD']),
  ])
  const name = url === null ? null : repositoryOfRemote(url)
  if (name === null || name.host === null) return null
  return { ...name, host: name.host, defaultBranch: head?.replace(/^origin\//, '') ?? null }
}

/** The token that `gh auth login` keeps for a host; null without gh or without login. */
export async function readGhToken(host: string): Promise<string | null> {
  return firstLine(await runProgram('gh', ['auth', 'token', '--hostname', host], { timeoutMs: 10_000 }))
}
