import { isJsonObject, type Json } from '../base/json.ts'
import { readFindings } from '../model/finding.ts'
import type { JobResult } from '../model/result.ts'
import { amount, readRunner } from './runner-facts.ts'

/**
 * Reads `result.json` as it came from a machine: null when it is not one. File names that would lead out of the
 * result's folder are left out.
 */
export function readJobResult(value: Json): JobResult | null {
  if (!isJsonObject(value) || value['schema'] !== 'relayq.result/1') return null
  const status = value['status']
  if (status !== 'succeeded' && status !== 'failed') return null
  return {
    schema: 'relayq.result/1',
    kind: text(value['kind']) ?? '',
    relayqId: text(value['relayqId']) ?? '',
    status,
    error: readError(value['error']),
    files: readFiles(value['files']),
    warnings: Array.isArray(value['warnings']) ? value['warnings'].flatMap(item => text(item) ?? []) : [],
    doubts: readFindings(value['doubts']),
    runner: readRunner(value['runner']),
    source: readSource(value['source']),
    media: readMedia(value['media']),
    engine: readEngine(value['engine']),
    engines: readTrials(value['engines']),
    costs: readCosts(value['costs']),
    timing: readTiming(value['timing']),
    startedAt: text(value['startedAt']) ?? '',
    finishedAt: text(value['finishedAt']) ?? '',
  }
}

function readError(value: Json | undefined): JobResult['error'] {
  if (!isJsonObject(value)) return null
  const message = text(value['message']) ?? 'no message was given'
  return { code: text(value['code']) ?? 'unknown', message, hint: text(value['hint']) }
}

function readFiles(value: Json | undefined): Readonly<Record<string, string>> {
  if (!isJsonObject(value)) return {}
  const files = Object.entries(value).flatMap(([format, name]) =>
    typeof name === 'string' && staysBelow(name) ? [[format, name] as const] : [],
  )
  return Object.fromEntries(files)
}

/** Of a script's result, a file may lie in a folder. */
function staysBelow(name: string): boolean {
  return name.split('/').every(part => part !== '' && part !== '.' && part !== '..' && !/[\\\0]/.test(part))
}

function readSource(value: Json | undefined): NonNullable<JobResult['source']> | null {
  const url = isJsonObject(value) ? text(value['url']) : null
  if (!isJsonObject(value) || url === null) return null
  const page = isJsonObject(value['foundOn']) ? value['foundOn'] : {}
  const pageUrl = text(page['url'])
  return { url, foundOn: pageUrl === null ? null : { url: pageUrl, title: text(page['title']) } }
}

function readMedia(value: Json | undefined): JobResult['media'] {
  if (!isJsonObject(value)) return null
  return { durationSeconds: number(value['durationSeconds']), bytes: number(value['bytes']) }
}

function readEngine(value: Json | undefined): JobResult['engine'] {
  const name = isJsonObject(value) ? text(value['name']) : null
  return isJsonObject(value) && name !== null ? { name, model: text(value['model']) } : null
}

/** A chain of engines, and the services that were asked, are few; the rest of an endless list is left out. */
const mostItems = 20

function readTrials(value: Json | undefined): JobResult['engines'] {
  if (!Array.isArray(value)) return []
  return value.slice(0, mostItems).flatMap(trial => {
    const { name, outcome, reason } = isJsonObject(trial) ? trial : {}
    if (typeof name !== 'string') return []
    if (outcome !== 'used' && outcome !== 'skipped' && outcome !== 'failed') return []
    return [{ name, outcome, reason: text(reason) }]
  })
}

function readCosts(value: Json | undefined): JobResult['costs'] {
  if (!Array.isArray(value)) return []
  return value.slice(0, mostItems).flatMap(cost => {
    const { provider, model, currency, amount: usd, seconds } = isJsonObject(cost) ? cost : {}
    if (typeof provider !== 'string' || typeof model !== 'string' || currency !== 'USD') return []
    const [sum, sent] = [amount(usd), amount(seconds)]
    return sum === null ? [] : [{ provider, model, currency, amount: sum, seconds: sent ?? 0 }]
  })
}

function readTiming(value: Json | undefined): JobResult['timing'] {
  const seconds = isJsonObject(value) ? amount(value['workSeconds']) : null
  return seconds === null ? null : { workSeconds: seconds }
}

function text(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null
}

function number(value: Json | undefined): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0
}
