import type { Availability, SpeechBackend, SpeechLimits, SpeechRequest } from './backend.ts'
import { CloudHearing, type CloudHost } from './cloud-hearing.ts'
import { cloudModel, endOfModel, expectedCost, findCloudModel } from './cloud-models.ts'
import { TranscriptionClient } from './openai-compatible.ts'
import { uploadForms } from './upload-form.ts'

/** Requests that are under way at once: enough to be quick, few enough for the limits of a new account. */
const parallel = 4

/** Seconds: a part of a recording is given with silence around it, and some of its neighbours. */
const roomForOverlap = 5

/** A transcription service as a speech engine: the recording leaves the machine, and costs money. */
export function cloudBackend(host: CloudHost): SpeechBackend {
  let client: TranscriptionClient | null = null
  // One for all parts of a recording: a key that was limited is not asked again first. Idle, it keeps nothing alive.
  const sharedClient = () => {
    client ??= new TranscriptionClient(host.service, host.sleep)
    return client
  }
  return {
    name: host.name,
    listModels: async () => (host.service.keys.length === 0 ? null : [host.model]),
    check: async request => check(host, request),
    limits: () => limitsOf(host),
    expectedCost: (seconds, request) => expectedCost(host.name, modelOf(host, request), seconds),
    transcribe: (audio, request, watch) =>
      new CloudHearing(host, sharedClient(), modelOf(host, request), request).hear(audio, watch),
  }
}

function limitsOf({ name, model }: CloudHost): SpeechLimits {
  const [best] = uploadForms(name, cloudModel(name, model))
  const mostSeconds = best.mostSeconds - roomForOverlap
  return { leastSeconds: mostSeconds / 4, mostSeconds, parallel, memoryMb: 32 }
}

/** A model that is only configured for the engines of this machine is not meant for a service. */
function modelOf(host: CloudHost, { model }: SpeechRequest): string {
  return model?.asked ? model.name : host.model
}

function check(host: CloudHost, request: SpeechRequest): Availability {
  const { label, keys } = host.service
  if (keys.length === 0) {
    return {
      kind: 'unavailable',
      code: 'engine_missing',
      reason: `no key of ${label} is set`,
      hint: `Set ${host.keySettings.join(' or ')} in ~/.config/relayq/env on the machine, or as a secret of the repository.`,
    }
  }
  const model = modelOf(host, request)
  if (isPlausible(host, model)) {
    const endWarning = endOfModel(label, model, cloudModel(host.name, model))
    const place = host.service.baseUrl
    return { kind: 'ready', model, version: null, place, ...(endWarning === null ? {} : { endWarning }) }
  }
  return {
    kind: 'unavailable',
    code: 'model_missing',
    reason: `${label} has no model "${model}"`,
    hint: `Leave the model out to get ${host.model}, or name one of its own.`,
  }
}

/** OpenRouter's models are named maker/model. Those of OpenAI that are newer than this table are called gpt-something. */
function isPlausible({ name, model: configured }: CloudHost, model: string): boolean {
  if (model === configured || findCloudModel(name, model) !== null) return true
  return name === 'router' ? model.includes('/') : model.startsWith('gpt-')
}
