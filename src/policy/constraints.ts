import { type Machine, sourceInWords } from './capabilities.ts'
import type { Constraints } from './policy.ts'
import type { InputFacts } from './request.ts'

/** `met` with remarks worth telling (such as what could not be checked), or `broken` with every reason. */
export type Fit =
  | { readonly kind: 'met'; readonly remarks: readonly string[] }
  | { readonly kind: 'broken'; readonly reason: string }

const megabyte = 1_000_000

/** Of the memory a machine was sold with, a system may keep so much: a Raspberry Pi 3 of 1 GB reports 0.88. */
const reservedShare = 1 / 8

/** Checks a machine against a route's constraints. What is unknown is accepted and said. */
export function checkConstraints(constraints: Constraints, inputs: InputFacts, machine: Machine): Fit {
  const fits = [
    checkSize(constraints, inputs),
    checkFfmpeg(constraints, machine),
    checkMemory(constraints, machine),
    checkArch(constraints, machine),
    ...constraints.tools.map(tool => checkTool(tool, machine)),
  ]
  const reasons = fits.flatMap(fit => (fit.kind === 'broken' ? [fit.reason] : []))
  if (reasons.length > 0) return { kind: 'broken', reason: reasons.join('; ') }
  return { kind: 'met', remarks: fits.flatMap(fit => (fit.kind === 'met' ? fit.remarks : [])) }
}

function checkSize({ maxSizeMb }: Constraints, { sizeBytes }: InputFacts): Fit {
  if (maxSizeMb === null) return met()
  if (sizeBytes === null) return met(`size unknown; the limit of ${maxSizeMb} MB holds while downloading`)
  if (sizeBytes <= maxSizeMb * megabyte) return met()
  const size = (sizeBytes / megabyte).toFixed(1)
  return broken(`the input has ${size} MB, more than max_size_mb (${maxSizeMb})`)
}

function checkFfmpeg({ needsFfmpeg }: Constraints, { ffmpeg, isRunner }: Machine): Fit {
  if (!needsFfmpeg) return met()
  const why = isRunner ? ': no label ffmpeg, nothing reported' : ''
  if (!ffmpeg) return met(`whether it has ffmpeg is unknown${why}`)
  const { value, source } = ffmpeg
  if (source.by === 'report') {
    if (value) return met(`reported ffmpeg on ${source.on}`)
    return source.isOld
      ? met(mayHaveByNow('ffmpeg', source.on))
      : broken(`needs ffmpeg; it reported none on ${source.on}, ${untilWhen}`)
  }
  if (!value) return broken(`needs ffmpeg; it has none (${sourceInWords(source)})`)
  return source.by === 'label' ? met() : met(`has ffmpeg (${sourceInWords(source)})`)
}

function checkMemory({ minMemoryGb }: Constraints, { memoryGb }: Machine): Fit {
  if (minMemoryGb === null) return met()
  if (!memoryGb) return met('how much memory it has is unknown')
  if (memoryGb.value >= minMemoryGb * (1 - reservedShare)) return met()
  const has = `${Number(memoryGb.value.toFixed(1))} GB of memory (${sourceInWords(memoryGb.source)})`
  return broken(`has ${has}, less than min_memory_gb (${minMemoryGb})`)
}

function checkArch({ arch: wanted }: Constraints, { arch }: Machine): Fit {
  if (wanted.length === 0) return met()
  if (!arch) return met('its architecture is unknown')
  if (wanted.some(one => one === arch.value)) return met()
  return broken(`is ${arch.value} (${sourceInWords(arch.source)}), not ${wanted.join(' or ')}`)
}

function checkTool(tool: string, { tools }: Machine): Fit {
  if (!tools) return met(`whether it has ${tool} is unknown`)
  if (tools.value.includes(tool)) return met()
  const { source } = tools
  if (source.by !== 'report') return broken(`has no ${tool} (${sourceInWords(source)})`)
  if (source.isOld) return met(mayHaveByNow(tool, source.on))
  return broken(`has no ${tool} (${sourceInWords(source)}, ${untilWhen})`)
}

const untilWhen = 'which counts for a day'

function mayHaveByNow(program: string, on: string): string {
  return `reported no ${program} on ${on}, more than a day ago: it may have it by now`
}

function met(...remarks: string[]): Fit {
  return { kind: 'met', remarks }
}

function broken(reason: string): Fit {
  return { kind: 'broken', reason }
}
