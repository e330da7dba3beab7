import { totalmem } from 'node:os'
import type { MachineSize, SpeechLimits } from './backend.ts'
import { findPublished } from './model-catalogue.ts'

const mebibyte = 1_048_576

/**
 * What whisper.cpp takes while it works (its README, MB at f16), and the size of that file. The difference is what any
 * file of the class needs beside itself, so a quantised one can be estimated from its own size.
 */
const classes: readonly { readonly word: RegExp; readonly memoryMb: number; readonly fileMb: number }[] = [
  { word: /tiny/, memoryMb: 273, fileMb: 75 },
  { word: /base/, memoryMb: 388, fileMb: 142 },
  { word: /small/, memoryMb: 852, fileMb: 466 },
  { word: /medium/, memoryMb: 2100, fileMb: 1536 },
  { word: /large|turbo/, memoryMb: 3900, fileMb: 2970 },
]

/** MB a model takes by itself; null for a name that says nothing of its size. */
export function modelMemoryMb(name: string): number | null {
  const found = classes.find(({ word }) => word.test(name))
  if (found === undefined) return null
  const fileMb = findPublished(name)?.sizeMb ?? found.fileMb
  return found.memoryMb - found.fileMb + fileMb
}

/** The whole recording is held while it is heard (measured: 0.5 GB for an hour), and the rest of the machine lives too. */
const perHourMb = 500
const restMb = 200

/**
 * A call keeps its whole recording in memory beside the model, and costs at least one window of 30 seconds, however short
 * the recording.
 */
export function whisperLimits({ memoryMb }: MachineSize): SpeechLimits {
  return { leastSeconds: 300, mostSeconds: mostSeconds(memoryMb), parallel: 1, memoryMb: memoryMb / 2 }
}

function mostSeconds(memoryMb: number): number {
  return memoryMb < 1536 ? 600 : 1800
}

/**
 * Whether a machine of so much memory can hear so much audio with this model; what is shorter than a piece may be, or of
 * unknown length, counts as one, so that all pieces of a recording get the same model. An unknown model is taken to fit.
 */
export function fitsMemory(name: string, audioSeconds: number, memoryMb: number): boolean {
  const model = modelMemoryMb(name)
  if (model === null) return true
  const piece = mostSeconds(memoryMb)
  const pieces = Math.max(1, Math.ceil(audioSeconds / piece))
  return model + (pieces * piece * perHourMb) / 3600 + restMb <= memoryMb
}

/**
 * All the memory this process may use, in MB: the machine's, or less in a container. Not what is free at this moment,
 * which would give the same job another model each time.
 */
export function usableMemoryMb(): number {
  const limit = process.constrainedMemory()
  const machine = totalmem()
  // Without a limit the system answers 0, or a number beyond any machine.
  return Math.floor((limit > 0 ? Math.min(limit, machine) : machine) / mebibyte)
}
