import { cut, listOf, mappingOf, oneOf, optional, type Reader, shape, text, whole } from '../untrusted.ts'

/** What runners send, as far as the hub reads it. Unknown members are ignored; zero values may be left out. */

/** Characters: GitHub allows a job's outputs 1 MB in all. */
const largestOutput = 1024 * 1024

const id = text(100)
const name = cut(1024)

/** A level that GitHub may add one day must not lose the job its end. */
const level: Reader<'notice' | 'warning' | 'failure'> = value =>
  value === 'warning' || value === 'failure' ? value : 'notice'

const annotations = listOf(
  shape({ level, message: optional(cut(64 * 1024), ''), title: optional(name, null) }),
  10_000,
)

const taskResult = oneOf('succeeded', 'succeededWithIssues', 'failed', 'canceled', 'skipped', 'abandoned')

export const sessionRequest = shape({
  ownerName: optional(name, ''),
  agent: optional(shape({ version: optional(id, null), osDescription: optional(name, null) }), null),
})

export const acquireRequest = shape({ jobMessageId: id })

const ids = { planId: id, jobId: id }

export const renewRequest = shape(ids)

export const completeRequest = shape({
  ...ids,
  conclusion: taskResult,
  outputs: mappingOf(
    shape({ value: optional(text(largestOutput), ''), isSecret: (value: unknown) => value === true }),
  ),
  stepResults: listOf(
    shape({
      external_id: id,
      number: optional(whole, 0),
      name: optional(name, ''),
      conclusion: optional(taskResult, null),
      started_at: optional(id, null),
      completed_at: optional(id, null),
      annotations,
    }),
    2000,
  ),
  annotations,
})

export type CompleteRequest = ReturnType<typeof completeRequest>
