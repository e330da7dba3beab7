import type { Context } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import { apiError, refuse } from '../errors.ts'
import type { RefRefusal, RepositoryWriter } from '../repository/repository-writer.ts'

/** What writes the repository. Ends the request with 403 where it is none of git's. */
export function writerOf({ repository }: HubContext): RepositoryWriter {
  return (
    repository.writer ??
    refuse(403, 'This hub serves no git repository that could be written: start it in a git checkout.')
  )
}

const statuses = { conflict: 409, forbidden: 403, invalid: 422 } as const

export function answerRefusal(c: Context<HubEnv>, { kind, reason }: RefRefusal): Response {
  return apiError(c, statuses[kind], reason)
}
