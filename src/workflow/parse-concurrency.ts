import { allMembers, isMapping, type SourceToken, sourceError } from './source.ts'

/** Hands the token on, once it is sure that a queue without an end is not also told to cancel what runs. */
export function checkConcurrency(path: string, token: SourceToken | undefined): SourceToken | undefined {
  if (!token || !isMapping(token)) return token
  const members = new Map(allMembers(token, 'concurrency').map(({ key, value }) => [key, value.toString()]))
  if (members.get('queue') === 'max' && members.get('cancel-in-progress') === 'true') {
    throw sourceError(path, token, "concurrency cannot have both 'queue: max' and 'cancel-in-progress: true'")
  }
  return token
}
