import { isJsonObject, type Json } from '../base/json.ts'
import type { JobResult } from '../model/result.ts'

/** Lists and names of a machine are short; what is longer is cut, for it is kept and shown. */
const maxItems = 100
const maxNameLength = 100

/**
 * What a machine said of itself, as far as it can be believed. A member that is missing, as in the result of an older
 * version, or of another type stays away: it is unknown, and not nothing.
 */
export function readRunner(value: Json | undefined): JobResult['runner'] {
  const runner = isJsonObject(value) ? value : {}
  const facts = {
    arch: word(runner['arch']),
    os: word(runner['os']),
    memoryMb: amount(runner['memoryMb']),
    cores: amount(runner['cores']),
    ffmpeg: typeof runner['ffmpeg'] === 'boolean' ? runner['ffmpeg'] : null,
    tools: words(runner['tools']),
    engines: readEngines(runner['engines']),
    inputRoots: words(runner['inputRoots']),
    freeDiskMb: amount(runner['freeDiskMb']),
  }
  const known = Object.entries(facts).filter(([, fact]) => fact !== null)
  return { name: word(runner['name']) ?? '', ...Object.fromEntries(known) }
}

function readEngines(value: Json | undefined): NonNullable<JobResult['runner']['engines']> | null {
  if (!Array.isArray(value)) return null
  return value.slice(0, maxItems).flatMap(engine => {
    const name = isJsonObject(engine) ? word(engine['name']) : null
    return isJsonObject(engine) && name !== null ? [{ name, models: words(engine['models']) ?? [] }] : []
  })
}

function words(value: Json | undefined): readonly string[] | null {
  return Array.isArray(value) ? value.slice(0, maxItems).flatMap(item => word(item) ?? []) : null
}

function word(value: Json | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value.slice(0, maxNameLength) : null
}

/** A number that is not below zero; null for anything else. */
export function amount(value: Json | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null
}
