import type { Millis } from '../../base/clock.ts'
import type { JsonObject } from '../../base/json.ts'
import { refuse } from '../errors.ts'
import type { CheckRunChange } from '../store/check-runs.ts'
import type { AnnotationRecord, CheckOutput } from '../store/records.ts'
import { millisOf } from '../store/row.ts'
import { listOf, Malformed, oneOf, optional, type Reader, shape, text, whole } from '../untrusted.ts'

/** GitHub's limits, in characters: of texts for people, and of the 64 KB of an annotation. */
const longText = text(65_535)
const title = text(255)
const name = text(255, 1)
const absent = undefined

/** No expression that git would make a commit of. */
const sha: Reader<string> = value => {
  const given = text(64)(value)
  if (!/^[0-9a-f]{40,64}$/.test(given)) throw new Malformed('SHA of a commit')
  return given
}

const endOfTime = Date.UTC(10_000, 0)

const time: Reader<Millis> = value => {
  const given = text(40)(value)
  const at = /^\d{4}-\d\d-\d\dT/.test(given) ? (millisOf(given) ?? -1) : -1
  if (at < 0 || at >= endOfTime) throw new Malformed('time as ISO 8601, from 1970 to 9999')
  return at
}

const webAddress: Reader<string> = value => {
  const address = longText(value)
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) throw new Malformed('http or https URL')
  return address
}

const position: Reader<number> = value => {
  const at = typeof value === 'number' ? whole(value) : 0
  if (at < 1) throw new Malformed('whole number from 1')
  return at
}

const readAnnotation = shape({
  path: text(4096, 1),
  start_line: position,
  end_line: position,
  start_column: optional(position, null),
  end_column: optional(position, null),
  annotation_level: oneOf('notice', 'warning', 'failure'),
  message: text(65_535, 1),
  title: optional(title, null),
  raw_details: optional(longText, ''),
})

const output = { text: optional(longText, absent), annotations: listOf(annotation, 50) }
const newOutput = shape({ ...output, title: longText, summary: longText })
const changedOutput = shape({ ...output, title: optional(longText, absent), summary: longText })

const fields = {
  details_url: optional(webAddress, absent),
  external_id: optional(longText, absent),
  status: optional(oneOf('queued', 'in_progress', 'completed'), absent),
  // "stale" is GitHub's own to give.
  conclusion: optional(
    oneOf('action_required', 'cancelled', 'failure', 'neutral', 'success', 'skipped', 'timed_out'),
    absent,
  ),
  started_at: optional(time, absent),
  completed_at: optional(time, absent),
  // Checked and let go: a hub has no buttons, and GitHub's answers do not show them either.
  actions: listOf(shape({ label: text(20, 1), description: text(40, 1), identifier: text(20, 1) }), 3),
}

const readNewBody = shape({
  ...fields,
  name,
  head_sha: sha,
  output: optional(newOutput, absent),
})
const readChangedBody = shape({
  ...fields,
  name: optional(name, absent),
  output: optional(changedOutput, absent),
})

type Body = ReturnType<typeof readChangedBody>

/** The body of "Create a check run"; ends the request with GitHub's 422 otherwise. */
export function readNew(body: JsonObject): {
  readonly name: string
  readonly headSha: string
  readonly change: CheckRunChange
} {
  const read = orRefuse(readNewBody, body)
  return { name: read.name, headSha: read.head_sha, change: changeOf(read) }
}

/** The body of "Update a check run", likewise. */
export function readChange(body: JsonObject): CheckRunChange {
  return changeOf(orRefuse(readChangedBody, body))
}

function orRefuse<T>(read: Reader<T>, body: JsonObject): T {
  try {
    return read(body)
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    return refuse(422, `Invalid request.\n\n${error.message}`)
  }
}

/** A conclusion completes, and nothing is complete without one. */
function changeOf(body: Body): CheckRunChange {
  const { conclusion, completed_at, output: said } = body
  const status = conclusion === undefined ? body.status : 'completed'
  if (conclusion === undefined && (status === 'completed' || completed_at !== undefined)) {
    refuse(
      422,
      'Invalid request.\n\n"conclusion" is needed with "completed_at" and with "status": "completed".',
    )
  }
  return {
    fields: given({
      name: body.name,
      externalId: body.external_id,
      detailsUrl: body.details_url,
      status,
      conclusion,
      startedMs: body.started_at,
      completedMs: completed_at,
    }),
    output: given<CheckOutput>({ title: said?.title, summary: said?.summary, text: said?.text }),
    annotations: said?.annotations ?? [],
  }
}

/** Without the members that are undefined. */
function given<T extends object>(members: { readonly [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Partial<T>
}

/** Columns say something only within one line. */
function annotation(value: unknown): AnnotationRecord {
  const read = readAnnotation(value)
  if (read.end_line < read.start_line) throw new Malformed('end_line: not before start_line')
  const hasColumns = read.start_column !== null || read.end_column !== null
  if (hasColumns && read.start_line !== read.end_line) {
    throw new Malformed('start_column, end_column: only within one line')
  }
  return {
    path: read.path,
    startLine: read.start_line,
    endLine: read.end_line,
    startColumn: read.start_column,
    endColumn: read.end_column,
    level: read.annotation_level,
    title: read.title,
    message: read.message,
    rawDetails: read.raw_details,
  }
}
