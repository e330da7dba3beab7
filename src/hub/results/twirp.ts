import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Millis } from '../../base/clock.ts'
import { twirpPath } from '../../protocol/results-service.ts'
import { bearerToken, readBody } from '../http.ts'
import type { JobTokens } from '../runner-service/job-tokens.ts'
import type { Database } from '../store/database.ts'
import type { StoredJob } from '../store/jobs.ts'
import { findRun, type StoredRun } from '../store/runs.ts'
import { optional, type Reader, shape, text } from '../untrusted.ts'

/** Who calls a method: a job that is running now. */
export interface Caller {
  readonly job: StoredJob
  readonly run: StoredRun
  readonly now: Millis
}

const statusOfCode = {
  invalid_argument: 400,
  unauthenticated: 401,
  permission_denied: 403,
  not_found: 404,
  already_exists: 409,
} as const

/** An answer that says no. Clients repeat a call for 5xx and for anything that is not JSON, so nothing here is either. */
export interface TwirpRefusal {
  readonly refused: keyof typeof statusOfCode
  readonly msg: string
}

type Answer = object | TwirpRefusal

export interface TwirpMethod {
  readonly path: string
  readonly handle: (caller: Caller, context: Context) => Promise<Answer>
}

/**
 * A method whose request has this shape; the ids every request carries are checked before. `subject` says whose they are:
 * the caller's own, or those of any job of its run, as with an artifact that another job has uploaded.
 */
export function twirpMethod<T>(
  service: string,
  name: string,
  read: Reader<T>,
  handle: (caller: Caller, request: T) => Answer | Promise<Answer>,
  subject: 'job' | 'run' = 'job',
): TwirpMethod {
  return {
    path: twirpPath(service, name),
    handle: async (caller, context) => {
      const body = await readBody(context, value => ({ ids: callIds(value), request: read(value) }))
      if (!body) return refused('invalid_argument', `${name}: the request is not readable`)
      const { workflow_run_backend_id: runId, workflow_job_run_backend_id: jobId } = body.ids
      const own =
        (runId ?? caller.run.planId) === caller.run.planId &&
        (subject === 'run' || (jobId ?? caller.job.backendId) === caller.job.backendId)
      return own ? handle(caller, body.request) : refused('permission_denied', 'the token is for another job')
    },
  }
}

/** The cache service names no job: its token does. */
const callIds = shape({
  workflow_run_backend_id: optional(text(100), null),
  workflow_job_run_backend_id: optional(text(100), null),
})

export function refused(code: TwirpRefusal['refused'], msg: string): TwirpRefusal {
  return { refused: code, msg }
}

const maxBody = 4 * 1024 * 1024

export interface TwirpParts {
  readonly db: Database
  readonly tokens: JobTokens
  readonly now: () => Millis
  /** Any call with a job's token is a sign of life. */
  readonly seen: (jobId: number) => void
}

export function twirpRoutes(parts: TwirpParts, methods: readonly TwirpMethod[]): Hono {
  const app = new Hono()
  app.use('/twirp/*', bodyLimit({ maxSize: maxBody }))
  for (const { path, handle } of methods) {
    app.post(path, async context => {
      const caller = callerOf(context, parts)
      return reply(context, 'refused' in caller ? caller : await handle(caller, context))
    })
  }
  app.all('/twirp/*', context => {
    const caller = callerOf(context, parts)
    return reply(context, 'refused' in caller ? caller : refused('not_found', 'no such method'))
  })
  // The hub has no actions of its own: runners find theirs in an archive, or bring a stand-in
  // (docs/protocol.md, "Actions").
  app.post('/actions/build/*', context => {
    const caller = callerOf(context, parts)
    if ('refused' in caller) return reply(context, caller)
    const message =
      'This hub does not resolve actions. Give the runner an archive of it, or use `--actions network`.'
    return context.json({ errors: { actions: { message } } }, 422)
  })
  return app
}

function callerOf(context: Context, { db, tokens, now, seen }: TwirpParts): Caller | TwirpRefusal {
  const check = tokens.checkRuntimeToken(bearerToken(context))
  if (check.kind === 'invalid') return refused('unauthenticated', 'unknown job token')
  const run = check.kind === 'running' ? findRun(db, check.job.runId) : null
  if (check.kind === 'ended' || !run) return refused('not_found', 'the job has ended')
  seen(check.job.id)
  return { job: check.job, run, now: now() }
}

function reply(context: Context, answer: Answer): Response {
  if (!('refused' in answer)) return context.json(answer)
  const { refused: code, msg } = answer
  return context.json({ code, msg }, statusOfCode[code])
}
