import type { FileHandle } from 'node:fs/promises'
import { headerBytes, sampleRate } from './wav.ts'

/** A stretch without sound, in seconds from the start of the recording. */
export interface Silence {
  readonly start: number
  readonly end: number
}

const windowSamples = sampleRate / 100
const windowSeconds = windowSamples / sampleRate
/** Decibels below full scale; digital silence counts as this. */
const floorDb = -100

/** The loudness of each 10 ms of a normalised wav file, in dB below full scale. Read in blocks: an hour is 115 MB. */
export async function readLevels(file: FileHandle): Promise<Float32Array> {
  const windowBytes = windowSamples * 2
  const { size } = await file.stat()
  const levels = new Float32Array(Math.max(0, Math.floor((size - headerBytes) / windowBytes)))
  const block = Buffer.alloc(windowBytes * 400)
  for (let index = 0; index < levels.length; ) {
    const { bytesRead } = await file.read(block, 0, block.length, headerBytes + index * windowBytes)
    const windows = Math.min(Math.floor(bytesRead / windowBytes), levels.length - index)
    if (windows === 0) break
    for (let at = 0; at < windows; at++) levels[index++] = levelDb(block, at * windowBytes)
  }
  return levels
}

function levelDb(samples: Buffer, offset: number): number {
  let power = 0
  for (let index = 0; index < windowSamples; index++) {
    const sample = samples.readInt16LE(offset + index * 2) / 32768
    power += sample * sample
  }
  return power === 0 ? floorDb : Math.max(floorDb, 10 * Math.log10(power / windowSamples))
}

/** The silences of at least `minSeconds`: what lies under `threshold`, in dB. */
export function findSilences(
  levels: Float32Array,
  minSeconds: number,
  threshold = pauseThreshold(levels),
): Silence[] {
  const silences: Silence[] = []
  let start: number | null = null
  for (let index = 0; index <= levels.length; index++) {
    const isSilent = index < levels.length && (levels[index] ?? 0) < threshold
    if (isSilent) start ??= index
    else if (start !== null) {
      if ((index - start) * windowSeconds >= minSeconds) {
        silences.push({ start: start * windowSeconds, end: index * windowSeconds })
      }
      start = null
    }
  }
  return silences
}

/** What a pause in speech lies under: 20 dB below the recording's own mean, between -50 and -25 dB. */
function pauseThreshold(levels: Float32Array): number {
  return Math.min(-25, Math.max(-50, meanDb(levels) - 20))
}

/** What nobody can be heard under, not even far from the microphone of a quiet recording. */
export function inaudibleThreshold(levels: Float32Array): number {
  return Math.min(-60, meanDb(levels) - 35)
}

/** Below this there is nothing, also in a recording that has little else. */
const emptyDb = -80

/** Between `from` and `to` seconds, the stretch from the first sound to the last; null: there is none. */
export function soundingPart(levels: Float32Array, from: number, to: number): Silence | null {
  const threshold = Math.max(emptyDb, inaudibleThreshold(levels))
  const begin = Math.round(from / windowSeconds)
  const part = levels.subarray(begin, Math.round(to / windowSeconds))
  const first = part.findIndex(level => level > threshold)
  if (first < 0) return null
  const last = part.findLastIndex(level => level > threshold)
  return { start: (begin + first) * windowSeconds, end: Math.min(to, (begin + last + 1) * windowSeconds) }
}

/** Between `from` and `to` seconds, the middle of the tenth of a second with the least sound in it. */
export function quietestMoment(levels: Float32Array, from: number, to: number): number {
  const span = 10
  const first = Math.round(from / windowSeconds)
  const last = Math.min(Math.round(to / windowSeconds), levels.length) - span
  let best = first
  let least = Number.POSITIVE_INFINITY
  for (let at = first; at <= last; at++) {
    const sum = levels.subarray(at, at + span).reduce((total, level) => total + level, 0)
    if (sum < least) {
      least = sum
      best = at
    }
  }
  return (best + span / 2) * windowSeconds
}

function meanDb(levels: Float32Array): number {
  const power = levels.reduce((sum, level) => sum + (level <= floorDb ? 0 : 10 ** (level / 10)), 0)
  return power === 0 ? floorDb : 10 * Math.log10(power / levels.length)
}
