import type { JsonObject } from '../../base/json.ts'
import { isRefName } from '../../base/ref-name.ts'
import { type FieldError, refuse, refuseFields } from '../errors.ts'
import type { Repository } from '../repository/repository.ts'
import type { MakeLatest, ReleaseContent, ReleaseRecord } from '../store/releases.ts'

/** GitHub's limits, in characters. */
const longestName = 255
const longestBody = 125_000

export interface ReleaseRequest {
  readonly tagName: string
  readonly targetCommitish: string
  readonly name: string | null
  readonly body: string | null
  readonly draft: boolean
  readonly prerelease: boolean
  /** null: not said. */
  readonly makeLatest: MakeLatest | null
}

/** Reads what a client wants of a release; what it leaves out stays as `known` has it. Ends the request with GitHub's 422. */
export function readRelease(body: JsonObject, known: Omit<ReleaseRequest, 'makeLatest'>): ReleaseRequest {
  const request = {
    tagName: textOf(body, 'tag_name') ?? known.tagName,
    targetCommitish: textOf(body, 'target_commitish') || known.targetCommitish,
    name: body['name'] === undefined ? known.name : textOf(body, 'name'),
    body: body['body'] === undefined ? known.body : textOf(body, 'body'),
    draft: flagOf(body, 'draft') ?? known.draft,
    prerelease: flagOf(body, 'prerelease') ?? known.prerelease,
    makeLatest: makeLatestOf(body),
  }
  const faults = [
    ...(isRefName(request.tagName) && request.tagName.isWellFormed()
      ? []
      : [fault('tag_name', 'tag_name is not well-formed')]),
    ...tooLong('name', request.name, longestName),
    ...tooLong('body', request.body, longestBody),
  ]
  if (faults.length > 0) refuseFields(...faults)
  return request
}

/**
 * What is stored of it. A published release stands for a commit: the one its tag names in the repository, or else its
 * target. Ends the request with GitHub's 422 when there is neither.
 */
export async function contentOf(
  repository: Repository,
  { makeLatest: _, ...request }: ReleaseRequest,
  known: ReleaseRecord | null,
  now: number,
): Promise<ReleaseContent> {
  const sha = await commitOf(repository, request, known)
  if (sha === null && !request.draft) {
    refuseFields(
      fault('tag_name', 'tag_name is not a valid tag'),
      { resource: 'Release', code: 'custom', message: 'Published releases must have a valid tag' },
      { resource: 'Release', code: 'invalid', field: 'target_commitish' },
    )
  }
  const commit = sha === null ? null : await repository.readCommit(sha)
  const createdMs = commit ? Date.parse(commit.committer.date) : now
  return { ...request, commitSha: request.draft ? null : sha, createdMs }
}

/** A tag stays where it is: once a release is published, neither its branch nor another target moves it. */
async function commitOf(
  repository: Repository,
  { tagName, targetCommitish }: Pick<ReleaseRequest, 'tagName' | 'targetCommitish'>,
  known: ReleaseRecord | null,
): Promise<string | null> {
  const tag = await repository.resolve(`refs/tags/${tagName}`)
  if (tag) return tag.sha
  if (known?.commitSha && known.tagName === tagName) return known.commitSha
  return (await repository.resolve(targetCommitish))?.sha ?? null
}

function fault(field: string, message: string): FieldError {
  return { resource: 'Release', code: 'custom', field, message }
}

function tooLong(field: string, text: string | null, longest: number): readonly FieldError[] {
  if (text === null || text.length <= longest) return []
  return [fault(field, `${field} is too long (maximum is ${longest} characters)`)]
}

/** null where it is left out, or null itself. */
function textOf(body: JsonObject, member: string): string | null {
  const value = body[member] ?? null
  return typeof value === 'string' || value === null ? value : invalid(member, value, 'a string')
}

function flagOf(body: JsonObject, member: string): boolean | null {
  const value = body[member] ?? null
  return typeof value === 'boolean' || value === null ? value : invalid(member, value, 'a boolean')
}

function makeLatestOf(body: JsonObject): MakeLatest | null {
  const value = textOf(body, 'make_latest')
  if (value === null || value === 'true' || value === 'false' || value === 'legacy') return value
  return invalid('make_latest', value, 'one of true, false, legacy')
}

function invalid(member: string, value: unknown, expected: string): never {
  const shown = JSON.stringify(value).slice(0, 80)
  return refuse(422, `Invalid request.\n\nFor 'properties/${member}', ${shown} is not ${expected}.`)
}
