import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { temporaryFolder } from './git-repository.ts'

const audio = join(import.meta.dirname, '..', '..', 'examples', 'audio')

/**
 * A folder with the first seconds of recordings, for tests to which it matters that somebody speaks, and not what is said.
 * `names`: a file's name there, and the recording it is cut from.
 */
export function shortRecordings(t: TestContext, names: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder(t)
  for (const [name, from] of Object.entries(names)) {
    const [source, target] = [join(audio, `${from}.mp3`), join(folder, `${name}.mp3`)]
    execFileSync('ffmpeg', ['-v', 'error', '-t', '3', '-i', source, '-c', 'copy', target])
  }
  return folder
}
