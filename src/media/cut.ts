import { type FileHandle, open } from 'node:fs/promises'
import { bytesPerSecond, headerBytes, wavHeader } from './wav.ts'

/** A part of a normalised wav file, in seconds, and the digital silence to put before and after it. */
export interface Cutting {
  readonly from: number
  readonly to: number
  readonly padding: number
}

/** Writes a part of a recording as a normalised wav file of its own, sample by sample. Returns its length in seconds. */
export async function cutWav(
  source: FileHandle,
  path: string,
  { from, to, padding }: Cutting,
): Promise<number> {
  const available = (await source.stat()).size - headerBytes
  const first = Math.min(sampleByte(from), available)
  const last = Math.min(sampleByte(to), available)
  const silence = Buffer.alloc(sampleByte(padding))
  const bytes = last - first + 2 * silence.length
  const target = await open(path, 'wx')
  try {
    await target.write(wavHeader(bytes))
    await target.write(silence)
    await copySamples(source, target, first, last)
    await target.write(silence)
  } finally {
    await target.close()
  }
  return bytes / bytesPerSecond
}

/** Where the samples of a moment begin, counted from the first sample; 2 bytes each. */
function sampleByte(seconds: number): number {
  return Math.round((seconds * bytesPerSecond) / 2) * 2
}

const blockBytes = 131_072

/** Appends the samples between two offsets, which count from the first sample. */
export async function copySamples(
  source: FileHandle,
  target: FileHandle,
  from: number,
  end: number,
): Promise<void> {
  const buffer = Buffer.alloc(Math.min(blockBytes, Math.max(0, end - from)))
  for (let at = from; at < end; ) {
    const { bytesRead } = await source.read(buffer, 0, Math.min(buffer.length, end - at), headerBytes + at)
    if (bytesRead === 0) return
    await target.write(buffer.subarray(0, bytesRead))
    at += bytesRead
  }
}
