import { delimiter } from 'node:path'
import { isJsonObject, type JsonObject } from '../../base/json.ts'
import { trackingVariable } from '../../protocol/worker-ipc.ts'
import { runnerArch, runnerOs } from '../version.ts'
import type { JobState, StepScope } from './job-state.ts'

/** Of the machine's own environment, jobs see these and no others: the owner's shell holds secrets that are not theirs. */
const allowed = /^(PATH|LANG|LC_[A-Z]+|TZ|USER|LOGNAME)$/

/** Members of the `github` context that become GITHUB_* (actions/runner has the same fixed list). */
const githubMembers = [
  'action',
  'action_path',
  'action_ref',
  'action_repository',
  'actor',
  'actor_id',
  'api_url',
  'base_ref',
  'event_name',
  'event_path',
  'graphql_url',
  'head_ref',
  'job',
  'ref',
  'ref_name',
  'ref_protected',
  'ref_type',
  'repository',
  'repository_id',
  'repository_owner',
  'repository_owner_id',
  'retention_days',
  'run_attempt',
  'run_id',
  'run_number',
  'server_url',
  'sha',
  'triggering_actor',
  'workflow',
  'workflow_ref',
  'workflow_sha',
  'workspace',
]

/** The variable that marks the processes of one step; the job's own marker is on all of them. */
export const stepTrackingVariable = 'RELAYQ_STEP_ID'

interface ProcessEnvironment {
  readonly scope: StepScope
  readonly stepId: string
  /** Job, surrounding and step env. */
  readonly env: Readonly<Record<string, string>>
  /** What this process needs besides: file commands, INPUT_*, STATE_*, ACTIONS_*. */
  readonly extra: Readonly<Record<string, string>>
}

/** The whole environment of a step's process. What the runner says of the job cannot be overridden by `env`. */
export function processEnvironment({
  scope,
  stepId,
  env,
  extra,
}: ProcessEnvironment): Record<string, string> {
  const { state } = scope
  return {
    ...machineEnvironment(state),
    ...env,
    PATH: searchPath(state, env),
    ...githubVariables({ ...state.contexts.github, ...scope.github }),
    ...runnerVariables(state),
    ...extra,
    [trackingVariable]: state.job.message.jobId,
    [stepTrackingVariable]: stepId,
  }
}

/** PATH as the next process gets it: what steps added, newest first, then the `relayq` program, then the machine's. */
export function searchPath(state: JobState, env: Readonly<Record<string, string>>): string {
  return [...state.path.toReversed(), state.job.relayqBin, env['PATH'] ?? process.env['PATH'] ?? ''].join(
    delimiter,
  )
}

/** The `runner` context; RUNNER_* are the same. */
export function runnerContext(options: {
  readonly name: string
  readonly temp: string
  readonly toolCache: string
  readonly pipeline: string
  readonly debug: boolean
}): JsonObject {
  return {
    name: options.name,
    os: runnerOs(),
    arch: runnerArch(),
    temp: options.temp,
    tool_cache: options.toolCache,
    workspace: options.pipeline,
    environment: 'self-hosted',
    ...(options.debug ? { debug: '1' } : {}),
  }
}

function machineEnvironment(state: JobState): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] => allowed.test(entry[0]) && entry[1] !== undefined,
  )
  return {
    ...Object.fromEntries(kept),
    TERM: 'dumb',
    HOME: state.folders.home,
    TMPDIR: state.folders.temp,
    CI: 'true',
    ...state.job.passEnv,
  }
}

function githubVariables(github: JsonObject): Record<string, string> {
  const members = githubMembers.flatMap(name => {
    const value = github[name]
    const isText = typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number'
    return isText ? [[`GITHUB_${name.toUpperCase()}`, String(value)] as const] : []
  })
  return { ...Object.fromEntries(members), GITHUB_ACTIONS: 'true' }
}

function runnerVariables(state: JobState): Record<string, string> {
  const runner = state.contexts['runner']
  const members = isJsonObject(runner)
    ? Object.entries(runner).map(([name, value]) => [`RUNNER_${name.toUpperCase()}`, String(value)] as const)
    : []
  return { ...Object.fromEntries(members), RUNNER_TRACKING_ID: `github_${state.job.message.jobId}` }
}
