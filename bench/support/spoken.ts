import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './measure.ts'

const words = {
  who: ['my father', 'the teacher', 'the young woman', 'our company', 'the old doctor', 'every student'],
  does: ['would like to see', 'has written about', 'wants to buy', 'was talking about', 'will remember'],
  what: ['the new building', 'a small house', 'the school', 'a good hotel', 'the river', 'an old car'],
  where: ['near the station', 'in the north', 'by the sea', 'in this city', 'on the other side'],
  when: ['in the morning', 'next week', 'at the end of the year', 'before the summer', 'on monday'],
}
/** flite's voices of 16 kHz; its default one, of 8 kHz, is understood by no recogniser. */
export const voices: readonly string[] = ['slt', 'rms', 'awb']

export interface Spoken {
  /** An mp3 as podcasts are, 64 kbit/s. */
  readonly path: string
  readonly text: string
}

/** A talk of about that many minutes, the speakers taking turns; the same for the same length and speakers. */
export async function speak(folder: string, minutes: number, speakers = voices): Promise<Spoken> {
  const turns = Math.ceil((minutes * 60) / 21)
  // Another speaker says something else.
  const first = speakers === voices ? 0 : 1000 * (1 + voices.indexOf(speakers[0] ?? ''))
  const parts: { readonly file: string; readonly text: string }[] = []
  for (let turn = 0; turn < turns; turn += 1) {
    const text = Array.from({ length: 5 }, (_, index) => sentence(first + turn * 5 + index)).join('. ')
    const file = join(folder, `turn-${turn}.wav`)
    await run('flite', ['-voice', speakers[turn % speakers.length] ?? 'slt', '-t', `${text}.`, '-o', file])
    parts.push({ file, text })
  }
  const list = join(folder, 'turns.txt')
  writeFileSync(list, parts.map(({ file }) => `file '${file}'\n`).join(''))
  const path = join(folder, 'talk.mp3')
  const concat = ['-f', 'concat', '-safe', '0', '-i', list]
  await run('ffmpeg', ['-v', 'error', ...concat, '-t', String(minutes * 60 + 20), '-b:a', '64k', path])
  return { path, text: parts.map(({ text }) => text).join(' ') }
}

/** The choices follow one another in steps that share no divisor with their number, so that sentences seldom return. */
function sentence(number: number): string {
  return Object.values(words)
    .map(
      (choices, index) => choices[(number * (index + 1) + Math.floor(number / (3 + index))) % choices.length],
    )
    .join(' ')
}

/** The recording again and again, `hours` long. */
export async function repeat(path: string, hours: number, output: string): Promise<void> {
  const loop = ['-stream_loop', '-1', '-i', path, '-t', String(hours * 3600), '-c', 'copy', output]
  await run('ffmpeg', ['-v', 'error', ...loop])
}
