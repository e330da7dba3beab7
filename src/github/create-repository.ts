import { asError, RelayError } from '../base/errors.ts'
import type { RepositoryFacts } from '../model/repository.ts'
import type { GitHubClient } from './client.ts'
import { statusOf } from './errors.ts'
import { repositoryFrom } from './repository-settings.ts'

/**
 * Makes the client's repository: private, with a first commit, so that the git database can be written to. It belongs to
 * the token's own user (`login`) or to an organisation. Needs Administration: write of an owner's all repositories, or
 * the scope `repo`. Throws `not_authorized` with the way out where the token may not.
 */
export async function createRepository(client: GitHubClient, login: string | null): Promise<RepositoryFacts> {
  const { owner, repo } = client.target
  const isOwn = login?.toLowerCase() === owner.toLowerCase()
  const path = isOwn ? '/user/repos' : `/orgs/${encodeURIComponent(owner)}/repos`
  try {
    return repositoryFrom((await client.postRoot(path, { name: repo, ...asQueue })).data)
  } catch (thrown) {
    const status = statusOf(thrown)
    if (status === 422 && isTaken(thrown)) {
      throw new RelayError('not_authorized', `${owner}/${repo} is there, and this token cannot see it.`, {
        hint: `Let the token reach it: on its page under Repository access, Only select repositories, ${repo}.`,
        cause: thrown,
      })
    }
    if (status !== 403 && status !== 404) throw thrown
    throw new RelayError('not_authorized', `This token may not make the repository ${owner}/${repo}.`, {
      hint: `Make it yourself, private and with a README, at https://github.com/new, let the token reach it, and run this again.`,
      cause: thrown,
    })
  }
}

function isTaken(thrown: unknown): boolean {
  return asError(thrown).message.includes('already exists')
}

const asQueue = {
  private: true,
  auto_init: true,
  description: 'A job queue of RelayQ',
  has_issues: false,
  has_projects: false,
  has_wiki: false,
}
