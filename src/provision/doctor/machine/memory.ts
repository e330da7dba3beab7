import type { Check } from '../check.ts'
import { type Finding, ok, warning } from '../finding.ts'

const name = 'memory'

/** `memoryMb`: what programs may use, in MiB; of a container it is less than the machine has. */
export function memoryCheck(memoryMb: number): Check {
  return { name, timeoutMs: 1_000, look: async () => [judgeMemory(memoryMb)] }
}

/** whisper.cpp needs about 400 MB with its smallest models, beside system and runner. A Pi 3 has 900. */
const comfortMb = 850

export function judgeMemory(memoryMb: number): Finding {
  const size = memoryMb < 10_240 ? `${memoryMb} MB` : `${Math.round(memoryMb / 1_024)} GB`
  if (memoryMb >= comfortMb) return ok(name, size)
  return warning(name, `only ${size}`, {
    why: 'speech engines of this machine may be killed for memory, even with the smallest model',
  })
}
