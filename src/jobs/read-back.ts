import { RelayError } from '../base/errors.ts'

/** What ffprobe reads in a file that ffmpeg wrote. Where it cannot, that is not the fault of the source, which it could read. */
export async function readBack<T>(probing: Promise<T>): Promise<T> {
  try {
    return await probing
  } catch (thrown) {
    if (!(thrown instanceof RelayError) || !['bad_media', 'not_media'].includes(thrown.code)) throw thrown
    throw ofNoUse('it cannot be read', thrown)
  }
}

/** `reason`: a clause. */
export function ofNoUse(reason: string, cause?: unknown): RelayError {
  return new RelayError('engine_failed', `What ffmpeg made is of no use: ${reason}.`, {
    hint: 'Play the source to see whether it is whole; another format may do.',
    cause,
  })
}
