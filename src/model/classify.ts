import { isErrorCode } from '../base/errors.ts'
import type { FailureClass } from './failure.ts'
import { failureOfError } from './failure-of-error.ts'
import type { Annotation, Conclusion } from './run.ts'
import { runnerStopped } from './runner-stopped.ts'

/** What is known of a run that did not succeed. */
export interface FailureSigns {
  readonly conclusion: Conclusion | null
  readonly annotations: readonly Annotation[]
  /** The name of the first step that failed. */
  readonly failedStep: string | null
  /** `error.code` of result.json; another version may have written it. */
  readonly errorCode: string | null
  /** Of that step; null: as the annotations say, if they do. */
  readonly exitCode: number | null
}

/** Why a run failed. The job's own word counts first, then the broker's and the runner's, then what can be inferred. */
export function classifyFailure(signs: FailureSigns): FailureClass {
  const code = signs.errorCode ?? ''
  const own = isErrorCode(code) ? failureOfError[code] : null
  // Whoever is told to stop says only that; who told it, and why, the annotations know. A fault has no class of its own.
  const isFinalWord = own !== null && own !== 'cancelled' && code !== 'internal'
  if (isFinalWord) return own
  if (isInterrupted(signs)) return 'interrupted'
  return (
    saidInAnnotations(signs.annotations) ??
    own ??
    saidByConclusion(signs.conclusion) ??
    saidByStep(signs.failedStep) ??
    saidByExitCode(signs.exitCode ?? exitCodeIn(signs.annotations)) ??
    (signs.conclusion === 'failure' && signs.failedStep !== null ? 'own_failure' : 'unknown')
  )
}

/** Nothing bounds how often that is tried again, so a step that fails and says the same does not count. */
function isInterrupted({ conclusion, annotations }: FailureSigns): boolean {
  return conclusion === 'cancelled' && annotations.some(({ message }) => message === runnerStopped)
}

/**
 * How GitHub, its runner and the hub word what went wrong; the first that fits counts. A full disk and a lack of memory
 * take the runner down with them, so they stand before it. Sources: issues of actions/runner unless another is named.
 */
const wordings: readonly (readonly [RegExp, FailureClass])[] = [
  // #1807
  [/no space left on device/i, 'disk_full'],
  // BoundaryML/baml#4680: no machine took it within a day.
  [/maximum execution time while awaiting a runner/i, 'lost_runner'],
  // #685 "... running on runner X has exceeded ... of 360"; mandiant/VM-Packages#1448 "... of 6h0m0s", as the hub says too.
  [/has exceeded the maximum execution time/i, 'timeout'],
  // A younger run of the same concurrency group has taken the place of one that waited (baml#4680 again, and the hub).
  [/higher priority waiting request/i, 'superseded'],
  // #2624; the hub says the same.
  [/lost communication with the server/i, 'lost_runner'],
  // #2427
  [/runner has received a shutdown signal/i, 'lost_runner'],
  // spdk/spdk#3876 (hosted), ydb-platform/ydb#16876 (self-hosted); the hub: "by any runner within 24 hours".
  [/was not acquired by (?:any )?runner/i, 'lost_runner'],
  // buildsville/add-remove-label#3
  [/no (?:enabled runners|runners enabled) online/i, 'lost_runner'],
  [/hosted runner encountered an error/i, 'lost_runner'],
  // The embedded runner's listener, of its worker.
  [/worker of this job ended without a report/i, 'lost_runner'],
  // #3521, skupperproject/skupper-router#634; the embedded runner names the signal. `Killed` is what a shell says.
  [/exit code 137\b|ended by SIGKILL|^killed$|out of memory|cannot allocate memory/im, 'out_of_memory'],
  [/API rate limit exceeded|secondary rate limit/i, 'rate_limit'],
  [/exit code 75\b/i, 'temporary'],
  // actions/runner#4065
  [/internal server error\. correlation id/i, 'temporary'],
]

function saidInAnnotations(annotations: readonly Annotation[]): FailureClass | null {
  const said = annotations.filter(({ level }) => level === 'failure').map(({ message }) => message)
  return wordings.find(([wording]) => said.some(message => wording.test(message)))?.[1] ?? null
}

function saidByConclusion(conclusion: Conclusion | null): FailureClass | null {
  switch (conclusion) {
    case 'timed_out':
      return 'timeout'
    case 'cancelled':
      return 'cancelled'
    case 'stale':
      return 'lost_runner'
    default:
      return null
  }
}

/** Steps around the work: the runner's own, which downloads actions, and those of the workflows of RelayQ. */
const stepsAround: ReadonlyMap<string, FailureClass> = new Map([
  ['Set up job', 'temporary'],
  ['Install relayq', 'network'],
  ['Check out the scripts', 'network'],
  ['Keep the result', 'temporary'],
])

function saidByStep(failedStep: string | null): FailureClass | null {
  return stepsAround.get(failedStep ?? '') ?? null
}

function saidByExitCode(exitCode: number | null): FailureClass | null {
  if (exitCode === null || exitCode === 0) return null
  if (exitCode === 75) return 'temporary'
  // 128 + SIGKILL, which the kernel sends when memory runs out.
  return exitCode === 137 ? 'out_of_memory' : 'own_failure'
}

/** The runner: "Process completed with exit code 1." */
function exitCodeIn(annotations: readonly Annotation[]): number | null {
  const [code] = annotations.flatMap(({ message }) => /exit code (\d{1,3})\b/.exec(message)?.[1] ?? [])
  return code === undefined ? null : Number(code)
}
