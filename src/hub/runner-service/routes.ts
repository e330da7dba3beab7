import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { ServiceError } from '../../protocol/runner-api.ts'
import { bearerToken, readBody } from '../http.ts'
import type { Scheduler } from '../scheduler/scheduler.ts'
import type { StoredJob } from '../store/jobs.ts'
import { describeRunner, findRunnerByToken, type StoredRunner } from '../store/runners.ts'
import type { Reader } from '../untrusted.ts'
import type { MessageBroker } from './broker.ts'
import type { JobTokens } from './job-tokens.ts'
import type { Presence } from './presence.ts'
import { acquireJob, finishJob } from './run-service.ts'
import { acquireRequest, completeRequest, renewRequest, sessionRequest } from './wire.ts'

/**
 * What a renewal is told. The official runner sends one a minute (docs/protocol.md, "Lock"); nothing happens when the
 * time is over.
 */
const lockMs = 10 * 60_000

/** Step results with their annotations can be long; nothing honest is longer. */
const maxBody = 16 * 1024 * 1024

export interface RunnerRouteParts {
  readonly scheduler: Scheduler
  readonly broker: MessageBroker
  readonly presence: Presence
  readonly tokens: JobTokens
  /** Both end in `/`. */
  readonly addresses: () => { readonly runServiceUrl: string; readonly resultsUrl: string }
  readonly secrets: () => ReadonlyMap<string, string>
  readonly secretsOf: (job: StoredJob) => readonly string[]
}

export function runnerRoutes(parts: RunnerRouteParts): Hono {
  const app = new Hono()
  app.use('/_services/*', requireBearer)
  app.use('/_services/*', bodyLimit({ maxSize: maxBody }))
  addBrokerRoutes(app, parts)
  addRunServiceRoutes(app, parts)
  return app
}

/**
 * Whose the token is, each route asks for itself: a runner that was removed must hear that, not "401"
 * (docs/protocol.md, "Session").
 */
const requireBearer: MiddlewareHandler = async (context, next) =>
  bearerToken(context) === '' ? brokerError(context, 401, 'A token is needed.') : await next()

/** Sessions and messages: the listener's side, with the runner's own token. */
function addBrokerRoutes(app: Hono, { scheduler, broker }: RunnerRouteParts): void {
  const { db } = scheduler
  const runnerOf = (context: Context): StoredRunner | null => findRunnerByToken(db, bearerToken(context))

  app.post('/_services/broker/session', async context => {
    const runner = runnerOf(context)
    if (!runner) return runnerNotFound(context)
    const request = await readBody(context, sessionRequest)
    if (!request) return brokerError(context, 400, 'The session request is not readable.')
    const session = broker.openSession(runner, request.ownerName)
    if (session === 'in_use')
      return brokerError(context, 409, 'Another process holds the session of this runner.')
    const { osDescription, version } = request.agent ?? {}
    describeRunner(db, runner.id, {
      os: osName(osDescription ?? runner.os),
      version: version ?? runner.version,
    })
    return context.json({
      sessionId: session.id,
      ownerName: session.owner,
      agent: { id: runner.id, name: runner.name, version: version ?? '', osDescription: osDescription ?? '' },
      useFipsEncryption: false,
    })
  })

  app.delete('/_services/broker/session', context => {
    const runner = runnerOf(context)
    // An ephemeral runner is forgotten with its job; its last call is no error.
    if (runner) broker.closeSession(runner.id)
    return context.body(null, 204)
  })

  app.get('/_services/broker/message', async context => {
    const runner = runnerOf(context)
    if (!runner) return runnerNotFound(context)
    const outcome = await broker.poll({
      runner,
      sessionId: context.req.query('sessionId') ?? '',
      busy: context.req.query('status')?.toLowerCase() === 'busy',
      signal: context.req.raw.signal,
    })
    if (outcome.kind === 'session_invalid') {
      return brokerError(context, 400, 'This session does not exist (any more).', 'RunnerSessionInvalid')
    }
    return outcome.kind === 'message' ? context.json(outcome.message) : context.body(null, 204)
  })

  // Best effort, and nothing hangs on it: `acquirejob` takes an offer.
  app.post('/_services/broker/acknowledge', context =>
    runnerOf(context) ? context.json({}) : runnerNotFound(context),
  )
}

/**
 * Acquiring with the runner's token, renewing and completing with the job's
 * (docs/protocol.md, "Claim", "Lock" and "Completion").
 */
function addRunServiceRoutes(app: Hono, parts: RunnerRouteParts): void {
  const { scheduler, broker, presence, tokens } = parts

  app.post('/_services/run/acquirejob', async context => {
    const runner = findRunnerByToken(scheduler.db, bearerToken(context))
    if (!runner) return runError(context, 401, 'Unknown runner.')
    const request = await readBody(context, acquireRequest)
    if (!request) return runError(context, 422, 'The request is not readable.')
    const surroundings = { ...parts.addresses(), secrets: parts.secrets() }
    const acquisition = acquireJob(scheduler, tokens, surroundings, { runner, ...request })
    if (acquisition.kind === 'gone') return runError(context, 404, 'The job has ended.')
    if (acquisition.kind === 'conflict')
      return runError(context, 409, 'The job is not for this runner to take.')
    broker.taken(acquisition.job.id)
    presence.touch(acquisition.job.id, scheduler.now())
    return context.json(acquisition.message)
  })

  app.post('/_services/run/renewjob', async context => {
    const caller = await jobOfCall(context, parts, renewRequest)
    if (caller instanceof Response) return caller
    return context.json({ lockedUntil: new Date(scheduler.now() + lockMs).toISOString() })
  })

  app.post('/_services/run/completejob', async context => {
    const caller = await jobOfCall(context, parts, completeRequest)
    if (caller instanceof Response) return caller
    const finished = finishJob(scheduler, caller.job, caller.request, parts.secretsOf(caller.job))
    return finished ? context.json({}) : runError(context, 404, 'The job has ended.')
  })
}

/** Checks the job's token against the ids in the body; any such call is a sign of life. */
async function jobOfCall<T extends { readonly jobId: string }>(
  context: Context,
  { scheduler, presence, tokens }: RunnerRouteParts,
  read: Reader<T>,
): Promise<Response | { readonly job: StoredJob; readonly request: T }> {
  const check = tokens.checkRuntimeToken(bearerToken(context))
  if (check.kind === 'invalid') return runError(context, 401, 'Unknown job token.')
  if (check.kind === 'ended') return runError(context, 404, 'The job has ended.')
  presence.touch(check.job.id, scheduler.now())
  const request = await readBody(context, read)
  if (!request) return runError(context, 422, 'The request is not readable.')
  if (request.jobId !== check.job.backendId) return runError(context, 401, 'The token is for another job.')
  return { job: check.job, request }
}

type BrokerStatus = 400 | 401 | 404 | 409

function runnerNotFound(context: Context): Response {
  return brokerError(context, 404, 'This runner is not registered (any more).', 'RunnerNotFound')
}

function brokerError(
  context: Context,
  statusCode: BrokerStatus,
  errorMessage: string,
  errorKind?: NonNullable<ServiceError['errorKind']>,
): Response {
  const error: ServiceError = {
    source: 'actions-broker-listener',
    statusCode,
    errorMessage,
    ...(errorKind ? { errorKind } : {}),
  }
  return context.json(error, statusCode)
}

function runError(context: Context, statusCode: 401 | 404 | 409 | 422, errorMessage: string): Response {
  const error: ServiceError = { source: 'actions-run-service', statusCode, errorMessage }
  return context.json(error, statusCode)
}

/** GitHub's REST names for what a runner says of its system: "Darwin 23.6.0 ...", "Linux", "Microsoft Windows ...". */
function osName(description: string): string {
  if (/darwin|mac/i.test(description)) return 'macos'
  if (/windows/i.test(description)) return 'windows'
  return /linux|debian|ubuntu|raspbian|fedora|arch/i.test(description) ? 'linux' : 'unknown'
}
