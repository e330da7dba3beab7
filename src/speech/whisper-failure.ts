import { RelayError } from '../base/errors.ts'
import { lastWords } from './engine-output.ts'
import type { EngineRun } from './run-engine.ts'

const failures: readonly { readonly said: RegExp; readonly message: string; readonly hint: string }[] = [
  {
    said: /failed to initialize whisper context|bad magic/i,
    message: 'whisper-cli cannot load its model.',
    hint: 'The model file may be damaged: download it again.',
  },
  {
    said: /unknown language/i,
    message: 'whisper-cli does not know that language.',
    hint: 'Use an ISO 639-1 code such as en or de, or auto.',
  },
  {
    said: /unknown argument|requires value/i,
    message: 'This whisper-cli is too old or too new for relayq.',
    hint: 'Update whisper.cpp, or relayq, on the machine.',
  },
  { said: /failed to read audio/i, message: 'whisper-cli cannot read the audio.', hint: 'Try again.' },
]

/** Why a whisper-cli that left no transcript did so, by what it said: its exit code is 0 for most of it. */
export function whisperFailure(run: EngineRun): RelayError {
  const known = failures.find(({ said }) => said.test(run.stderr))
  if (known !== undefined) return new RelayError('engine_failed', known.message, { hint: known.hint })
  const said = lastWords(run.stderr)
  return new RelayError(
    'engine_failed',
    `whisper-cli wrote no transcript (exit code ${run.code}). ${said}`.trim(),
    { hint: 'Run it by hand on the machine to see what it says.' },
  )
}
