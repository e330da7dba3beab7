import { requireForm } from '../model/inputs.ts'
import { type InputForm, languageCode, modelName } from '../model/kinds.ts'
import type { SpeechRequest } from '../speech/backend.ts'
import type { NodeConfig } from './context.ts'
import type { JobWork } from './kind-runner.ts'

/** What a job wants heard, and how: its own inputs first, then the machine's configuration. Throws `invalid_config`. */
export function readRequest(inputs: JobWork['inputs'], config: NodeConfig): SpeechRequest {
  const asked = inputs['model'] ?? ''
  const model = asked || configured('WHISPER_MODEL', modelName, config.whisperModel)
  const language = inputs['language'] || configured('RELAYQ_LANGUAGE', languageCode, config.language)
  return {
    model: model === '' ? null : { name: model, asked: asked !== '' },
    language: readLanguage(language),
  }
}

function configured(name: string, form: InputForm, value: string): string {
  if (value !== '') requireForm('invalid_config', name, form, value)
  return value
}

/** The language of a code that may name a region too: `en` of `en-US`. */
function readLanguage(code: string): string | null {
  const language = code.toLowerCase().split('-')[0] ?? ''
  return language === '' || language === 'auto' ? null : language
}
