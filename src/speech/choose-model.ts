import type { SpeechRequest, Unavailable } from './backend.ts'
import { findPublished, fullModelName, nearestPublished } from './model-catalogue.ts'
import { fitsMemory, modelMemoryMb } from './model-memory.ts'
import { isEnglishOnly, type ModelFile } from './models.ts'

export interface ModelSituation {
  readonly models: readonly ModelFile[]
  readonly memoryMb: number
  /** 0 while it is not known. */
  readonly audioSeconds: number
  /** The command or advice that brings a model here. */
  readonly howToGet: (name: string) => string
}

export type ModelChoice =
  /** `warning`: why it is not the one that was named. */
  { readonly kind: 'chosen'; readonly model: ModelFile; readonly warning: string | null } | Unavailable

/**
 * The model for a request: the one it names if the machine's memory holds it, else the largest of the smaller ones that fit;
 * where none is named base, else the largest that fits.
 */
export function chooseModel(request: SpeechRequest, situation: ModelSituation): ModelChoice {
  if (request.model === null) return chooseUnnamed(request.language, situation)
  const name = fullModelName(request.model.name)
  const named = situation.models.find(model => model.name === name)
  if (named === undefined) {
    const reason = `the whisper model "${name}" is not on this machine`
    return missing(reason, situation.howToGet(name))
  }
  if (!speaks(named, request.language)) {
    const reason = `the whisper model "${name}" knows English only, not "${request.language}"`
    return missing(reason, situation.howToGet(name.replace('.en', '')))
  }
  if (fits(named, situation)) return { kind: 'chosen', model: named, warning: null }
  const smaller = usable(request.language, situation).filter(model => sizeOf(model) < sizeOf(named))
  const chosen = largest(smaller)
  if (chosen === null) return tooLarge([named], situation)
  const warning = `${tooLargeClause(named, situation)}; the model "${chosen.name}" was used instead.`
  return { kind: 'chosen', model: chosen, warning: warning.replace(/^t/, 'T') }
}

function chooseUnnamed(language: string | null, situation: ModelSituation): ModelChoice {
  const fitting = usable(language, situation)
  const model = fitting.find(({ name }) => name === 'base') ?? largest(fitting)
  if (model !== null) return { kind: 'chosen', model, warning: null }
  const speaking = situation.models.filter(each => speaks(each, language))
  if (speaking.length > 0) return tooLarge(speaking, situation)
  const best = fitsMemory('base', situation.audioSeconds, situation.memoryMb) ? 'base' : 'tiny'
  const reason =
    situation.models.length === 0
      ? 'no whisper model is on this machine'
      : `the whisper models of this machine know English only, not "${language}"`
  return missing(reason, situation.howToGet(best))
}

function speaks(model: ModelFile, language: string | null): boolean {
  return language === null || language === 'en' || !isEnglishOnly(model.name)
}

function fits(model: ModelFile, { audioSeconds, memoryMb }: ModelSituation): boolean {
  return fitsMemory(model.name, audioSeconds, memoryMb)
}

function usable(language: string | null, situation: ModelSituation): ModelFile[] {
  return situation.models.filter(model => speaks(model, language) && fits(model, situation))
}

/** One whose name says nothing of its size is never preferred for it. */
function sizeOf(model: ModelFile): number {
  return modelMemoryMb(model.name) ?? 0
}

function largest(models: readonly ModelFile[]): ModelFile | null {
  return models.toSorted((a, b) => sizeOf(b) - sizeOf(a))[0] ?? null
}

function missing(reason: string, hint: string): Unavailable {
  return { kind: 'unavailable', code: 'model_missing', reason, hint }
}

function tooLarge(models: readonly ModelFile[], situation: ModelSituation): Unavailable {
  const smallest = models.toSorted((a, b) => sizeOf(a) - sizeOf(b))[0]
  const reason = smallest === undefined ? 'no model fits' : tooLargeClause(smallest, situation)
  const hint = `Use a machine with more memory, or a smaller model. ${situation.howToGet('tiny')}`
  return { kind: 'unavailable', code: 'out_of_memory', reason, hint }
}

/** Without the length of the recording: all pieces of one say the same. */
function tooLargeClause(model: ModelFile, { memoryMb }: ModelSituation): string {
  return `the whisper model "${model.name}" needs ${gigabytes(sizeOf(model))} and room for the audio, more than the ${gigabytes(memoryMb)} of this machine hold`
}

function gigabytes(mb: number): string {
  return `${(mb / 1024).toFixed(1)} GB`
}

/** How to get a model of whisper.cpp: nothing here downloads one by itself. */
export function howToGetWhisperCpp(name: string, folder: string): string {
  if (findPublished(name) !== null) return `Get it there: relayq models pull ${fullModelName(name)}`
  const nearest = nearestPublished(name)
  const guess = nearest === null ? '' : `Did you mean ${nearest}? `
  return `${guess}Put ggml-${name}.bin into ${folder} on the machine.`
}
