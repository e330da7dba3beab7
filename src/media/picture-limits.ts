import { availableParallelism } from 'node:os'
import { RelayError } from '../base/errors.ts'
import type { VideoStream } from './probe.ts'

/** The picture of an 8K film. */
const widest = { width: 8192, height: 4320 }

export const mostPixels = widest.width * widest.height

/** Each decodes and encodes frames of its own: more of them need more memory than a small machine has. */
export const threads = String(Math.min(4, availableParallelism()))

/** Options that go before an untrusted input whose picture is decoded. */
export function boundedDecoding(pixels: number): string[] {
  return ['-threads', threads, '-max_pixels', String(pixels)]
}

/** Throws `too_large`, with this hint, for a picture beyond the limit. */
export function requireShowable({ width, height }: VideoStream, hint: string, pixels = mostPixels): void {
  if (width * height <= pixels) return
  const most = `${widest.width} x ${widest.height}`
  throw new RelayError('too_large', `The picture has ${width} x ${height} points, more than ${most}.`, {
    hint,
  })
}
