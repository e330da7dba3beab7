import { open } from 'node:fs/promises'
import { RelayError, systemErrorCode } from '../base/errors.ts'

/** Six hours with word times are some 20 MB. */
const maxBytes = 64 * 1_048_576

/**
 * What an engine wrote into a file; null when there is no such file, which is for the caller to judge. Invalid UTF-8, which
 * old versions of whisper.cpp can write, becomes the replacement character. Throws `engine_failed` beyond 64 MiB.
 */
export async function readEngineOutput(path: string): Promise<string | null> {
  try {
    await using file = await open(path, 'r')
    const { size } = await file.stat()
    if (size > maxBytes) throw tooMuchOutput()
    return await file.readFile('utf8')
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') return null
    throw thrown
  }
}

export function tooMuchOutput(): RelayError {
  return new RelayError('engine_failed', 'The speech engine wrote more than any transcript can hold.', {
    hint: 'Run it by hand on the machine to see what it writes.',
  })
}

/** The last line of what a program said, for a message. */
export function lastWords(said: string): string {
  return said.trim().split('\n').at(-1)?.slice(0, 200) ?? ''
}
