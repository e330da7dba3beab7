import { explain, RelayError } from '../base/errors.ts'
import type {
  SpeechAudio,
  SpeechBackend,
  SpeechLimits,
  SpeechRequest,
  SpeechWatch,
} from '../speech/backend.ts'
import type { JobWork } from './kind-runner.ts'

/**
 * Several engines as one: where one fails, the next takes over, and the failed one is not asked again. Its name is that of
 * the engine now in use. Throws, when all have failed, the first error that may pass, else the last.
 */
export function engineChain(
  engines: readonly { readonly engine: SpeechBackend }[],
  { log, onEngine }: Pick<JobWork, 'log' | 'onEngine'>,
): SpeechBackend {
  const left = engines.map(({ engine }) => engine)
  const errors: RelayError[] = []
  const current = () => left[0] ?? noneLeft(errors)
  const requireAffordable = affordableOnce()
  const giveUp = (engine: SpeechBackend, error: RelayError, outcome: 'failed' | 'skipped') => {
    // Of several calls at once, the first that fails says it for all.
    if (left[0] !== engine) return
    left.shift()
    errors.push(error)
    onEngine({ name: engine.name, outcome, reason: error.message.replace(/\.$/, '') })
    const what = outcome === 'failed' ? 'failed' : 'is not asked'
    if (left[0] !== undefined) log(`${engine.name} ${what}, ${left[0].name} goes on: ${explain(error)}`)
  }
  return {
    get name() {
      return (left[0] ?? engines.at(-1)?.engine)?.name ?? ''
    },
    get hearsAgain() {
      return left[0]?.hearsAgain ?? false
    },
    listModels: () => current().listModels(),
    check: request => current().check(request),
    limits: machine => strictest(left.map(engine => engine.limits?.(machine) ?? anything)),
    transcribe: async (audio, request, watch) => {
      for (;;) {
        const engine = current()
        let outcome: 'failed' | 'skipped' = 'skipped'
        try {
          await requireAffordable(engine, audio, request, watch)
          outcome = 'failed'
          const recognition = await engine.transcribe(audio, request, watch)
          onEngine({ name: engine.name, outcome: 'used', reason: null })
          return recognition
        } catch (thrown) {
          watch.signal.throwIfAborted()
          if (!(thrown instanceof RelayError)) throw thrown
          giveUp(engine, thrown, outcome)
        }
      }
    },
  }
}

/**
 * Before an engine hears the first part of a recording, the whole has to be affordable: what breaks off half-way was paid
 * for nothing. Calls at once wait for the one answer.
 */
function affordableOnce() {
  const answers = new Map<SpeechBackend, Promise<void>>()
  return (engine: SpeechBackend, audio: SpeechAudio, request: SpeechRequest, watch: SpeechWatch) => {
    const ask = async () => {
      const cost = engine.expectedCost?.(watch.recordingSeconds ?? audio.durationSeconds, request)
      const reservation = cost && (await watch.purse?.reserve(cost))
      reservation?.settle(null)
    }
    const answer = answers.get(engine) ?? ask()
    answers.set(engine, answer)
    return answer
  }
}

/** Of an engine that takes a recording of any length, in one call. */
const anything: SpeechLimits = {
  leastSeconds: Number.POSITIVE_INFINITY,
  mostSeconds: Number.POSITIVE_INFINITY,
  parallel: 1,
  memoryMb: 0,
}

/** What each of them takes, so that the next one can go on where the first stops. */
function strictest(limits: readonly SpeechLimits[]): SpeechLimits {
  const mostSeconds = Math.min(...limits.map(limit => limit.mostSeconds))
  return {
    leastSeconds: Math.min(mostSeconds, ...limits.map(limit => limit.leastSeconds)),
    mostSeconds,
    parallel: limits[0]?.parallel ?? 1,
    memoryMb: Math.max(...limits.map(limit => limit.memoryMb)),
  }
}

/** An error that may pass lets the whole job be tried again. */
function noneLeft(errors: readonly RelayError[]): never {
  const passing = errors.find(({ exitCode }) => exitCode === temporaryExit)
  throw passing ?? errors.at(-1) ?? new RelayError('engine_missing', 'There is no speech engine.')
}

/** EX_TEMPFAIL of sysexits.h, as `errorCodes` has it. */
const temporaryExit = 75
