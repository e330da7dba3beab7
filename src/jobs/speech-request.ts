import { RelayError } from '../base/errors.ts'
import type { SpeechRequest } from '../speech/backend.ts'
import type { NodeConfig } from './context.ts'
import type { JobWork } from './kind-runner.ts'

/** What a job wants heard, and how: its own inputs first, then the machine's configuration. Throws `invalid_input`. */
export function readRequest(inputs: JobWork['inputs'], config: NodeConfig): SpeechRequest {
  const asked = inputs['model'] ?? ''
  const name = asked || config.whisperModel
  // The name becomes part of a path, and comes from outside.
  if (name !== '' && !/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) {
    const code = asked === '' ? 'invalid_config' : 'invalid_input'
    throw new RelayError(code, `"${name.slice(0, 40)}" is not the name of a model.`, {
      hint: 'Models are named like base, small or large-v3-turbo.',
    })
  }
  const language = readLanguage((inputs['language'] ?? '') || (config.language ?? ''))
  return { model: name === '' ? null : { name, asked: asked !== '' }, language }
}

function readLanguage(input: string): string | null {
  if (input === '' || input.toLowerCase() === 'auto') return null
  const match = /^([a-z]{2,3})(?:-[a-z]{2,4})?$/i.exec(input)
  if (match?.[1] !== undefined) return match[1].toLowerCase()
  throw new RelayError('invalid_input', `"${input.slice(0, 40)}" is not a language code.`, {
    hint: 'Languages are named by their ISO 639-1 code, such as en or de, or auto.',
  })
}
