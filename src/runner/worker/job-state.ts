import type { Json, JsonObject } from '../../base/json.ts'
import type { Masker } from '../../base/masker.ts'
import type { WorkerJob } from '../../protocol/worker-ipc.ts'
import type { ExpressionScope } from '../../workflow/expression.ts'
import { statusFunctions } from '../../workflow/functions.ts'
import type { ResolvedAction } from './actions/resolve-action.ts'
import { hashFilesFunction } from './hash-files.ts'
import type { JobFolders } from './job-folders.ts'
import type { StepOutput } from './step-output.ts'

/** Each fires at most once. */
export interface JobSignals {
  /** The job is to wind up: its running step ends, steps with `always()` still run, and it is reported. */
  readonly cancel: AbortSignal
  /** This process is about to exit: nothing more may be started or reported. */
  readonly abandoned: AbortSignal
  /** Before `cancel`: it is the runner that stops, and the job may go on elsewhere or later. */
  readonly runnerStops: AbortSignal
}

/** What all steps of a job share, and what they change as they go. */
export interface JobState {
  readonly job: WorkerJob
  readonly folders: JobFolders
  readonly masker: Masker
  /** Of the message, with `secrets` and `runner` added; `github` as every step sees it. */
  readonly contexts: JsonObject & { readonly github: JsonObject }
  /** Workflow and job `env`, then whatever steps wrote to GITHUB_ENV. */
  readonly env: Map<string, string>
  /** Folders steps wrote to GITHUB_PATH, oldest first. */
  readonly path: string[]
  /** `defaults.run` of workflow and job. */
  readonly runDefaults: { readonly shell: string; readonly workingDirectory: string }
  readonly signals: JobSignals
  /** What actions want done at the end; run in reverse. */
  readonly posts: PostStep[]
  /** What the scripts of an action save for each other, by step. */
  readonly actionStates: Map<string, Map<string, string>>
  /** Actions fetched and read so far, by what names them. */
  readonly actions: Map<string, Promise<ResolvedAction>>
  readonly debug: boolean
}

/** A step as later expressions see it. */
export interface StepRecord {
  readonly outputs: Readonly<Record<string, string>>
  readonly outcome: StepConclusion
  readonly conclusion: StepConclusion
}

export type StepConclusion = 'success' | 'failure' | 'cancelled' | 'skipped'

/** Where a step stands: in the job itself, or in a composite action. */
export interface StepScope {
  readonly state: JobState
  /** Steps that have ended, by id. */
  readonly steps: Map<string, StepRecord>
  /** Of the composite action; undefined in the job, whose inputs are among the contexts. */
  readonly inputs: JsonObject | undefined
  /** What the steps around this one add to the environment. */
  readonly env: Readonly<Record<string, string>>
  readonly status: { failed: boolean }
  /** Ends what runs here: the job's cancellation; in a composite action, the end of the step that uses it. */
  readonly signal: AbortSignal
  /** Members of the `github` context that change with the action: action_path and its like. */
  readonly github: JsonObject
  /** How many composite actions are around it. */
  readonly depth: number
}

/** What a step's body gets to work with. */
export interface StepFrame {
  readonly scope: StepScope
  /** Env of the job, of the steps around and of the step itself. */
  readonly env: Readonly<Record<string, string>>
  /** The same without the job's, which may still change. */
  readonly stepEnv: Readonly<Record<string, string>>
  readonly expressions: ExpressionScope
  readonly output: StepOutput
  /** Markdown for the step's summary, in order. */
  readonly summary: string[]
  /** GUID of the job's step, also for the steps of a composite action. */
  readonly stepId: string
  readonly contextName: string
  readonly displayName: string
  readonly signal: AbortSignal
}

export interface BodyResult {
  readonly succeeded: boolean
  readonly outputs: Readonly<Record<string, string>>
}

export type StepBody = (frame: StepFrame) => Promise<BodyResult>

interface PostStep {
  readonly displayName: string
  /** Of `post-if`; `always()` when the action does not say. */
  readonly condition: string
  readonly scope: StepScope
  readonly env: Readonly<Record<string, string>>
  readonly body: StepBody
}

/** Contexts and functions as they stand now, for a step whose environment is `env`. */
export function expressionsOf(scope: StepScope, env: Readonly<Record<string, string>>): ExpressionScope {
  const { state } = scope
  const cancelled = state.signals.cancel.aborted
  const { failed } = scope.status
  const jobStatus = cancelled ? 'cancelled' : failed ? 'failure' : 'success'
  // Steps of a composite action that an `always()` lets run in a cancelled job begin with a clean sheet, as on GitHub.
  const status = statusFunctions({ failed, cancelled: scope.signal.aborted })
  return {
    contexts: {
      ...state.contexts,
      github: { ...state.contexts.github, ...scope.github },
      env: { ...env },
      steps: Object.fromEntries(visibleSteps(scope)),
      job: { ...jobContext(state), status: jobStatus },
      ...(scope.inputs === undefined ? {} : { inputs: scope.inputs }),
    },
    functions: {
      ...status,
      cancelled: () => cancelled,
      hashFiles: hashFilesFunction(state.folders.workspace),
    },
  }
}

/** Job env and the env of the steps around, before a step's own is known. */
export function inheritedEnv(scope: StepScope): Record<string, string> {
  return { ...Object.fromEntries(scope.state.env), ...scope.env }
}

/** Ids that begin with `__` are the hub's own, for steps without one (docs/protocol.md, "Steps"). */
function visibleSteps(scope: StepScope): [string, Json][] {
  return [...scope.steps]
    .filter(([name]) => !name.startsWith('__'))
    .map(([name, record]) => [name, { ...record, outputs: { ...record.outputs } }])
}

function jobContext(state: JobState): JsonObject {
  const job = state.contexts['job']
  return typeof job === 'object' && job !== null && !Array.isArray(job) ? job : {}
}
