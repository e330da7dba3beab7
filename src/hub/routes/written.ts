import type { HubContext } from '../context.ts'
import { refuse } from '../errors.ts'
import type { RepositoryWriter } from '../repository/repository-writer.ts'

/** What writes the repository. Ends the request with 403 where it is none of git's. */
export function writerOf({ repository }: HubContext): RepositoryWriter {
  return (
    repository.writer ??
    refuse(403, 'This hub serves no git repository that could be written: start it in a git checkout.')
  )
}
