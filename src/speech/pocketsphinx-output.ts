import { isJsonObject, parseJson } from '../base/json.ts'
import type { Segment, Word } from './transcript.ts'

type Utterance = Omit<Segment, 'id'>

/**
 * Reads what `pocketsphinx_continuous -time yes` (0.8) prints: for each utterance the sentence, then a line
 * `word start end confidence` for each of its words, closed by `</s>`. Feed it line by line; `onUtterance` gets each as
 * it is complete.
 */
export class ContinuousReader {
  readonly #onUtterance: (utterance: Utterance) => void
  #words: Word[] = []

  constructor(onUtterance: (utterance: Utterance) => void) {
    this.#onUtterance = onUtterance
  }

  line(line: string): void {
    const match = /^(\S+) (\d+\.\d+) (\d+\.\d+) (-?\d+\.\d+)$/.exec(line)
    // Any other line is the sentence, which its words repeat with their times; it opens a new utterance.
    if (match === null) {
      this.end()
      return
    }
    const [, token = '', start, end, confidence] = match
    const word = readWord(token, Number(start), Number(end), Number(confidence))
    if (word !== null) this.#words.push(word)
    if (token === '</s>') this.end()
  }

  end(): void {
    if (this.#words.length > 0) this.#onUtterance(utteranceOf(this.#words))
    this.#words = []
  }
}

/** One line of `pocketsphinx live` (5.x): `{"b":start,"d":duration,"t":text,"w":[{"b","d","p","t"}]}`. null for anything else. */
export function readLiveLine(line: string): Utterance | null {
  const value = parseJson(line)
  if (!isJsonObject(value) || !Array.isArray(value['w'])) return null
  const words = value['w'].filter(isJsonObject).flatMap(entry => {
    const start = Number(entry['b'])
    const word = readWord(
      String(entry['t'] ?? ''),
      start,
      start + Number(entry['d']),
      Number(entry['p'] ?? 1),
    )
    return word === null ? [] : [word]
  })
  return words.length === 0 ? null : utteranceOf(words)
}

/** null for sentence marks, silences and noises. `new(2)` is the second pronunciation of "new". */
function readWord(token: string, start: number, end: number, confidence: number): Word | null {
  if (/^(?:<.*>|\[.*\]|\+\+.*\+\+)$/.test(token)) return null
  const text = token.replace(/\(\d+\)$/, '')
  if (text === '' || !Number.isFinite(start) || !Number.isFinite(end)) return null
  return { start, end, text, p: Math.max(0, Math.min(1, confidence)) }
}

/** As people read it: a new line at each breath of the speaker, but none shorter than two seconds. */
const gap = { leastSeconds: 0.12, leastLineSeconds: 2 }

/** An utterance may be half a minute long: its words in parts, each from one gap to the next. */
export function splitAtGaps(words: readonly Word[]): Utterance[] {
  const lines: Word[][] = []
  for (const word of words) {
    const line = lines.at(-1)
    const [first, last] = [line?.at(0), line?.at(-1)]
    const isOpen =
      first !== undefined &&
      last !== undefined &&
      (word.start - last.end < gap.leastSeconds || last.end - first.start < gap.leastLineSeconds)
    if (isOpen) line?.push(word)
    else lines.push([word])
  }
  return lines.map(utteranceOf)
}

function utteranceOf(words: readonly Word[]): Utterance {
  return {
    start: words.at(0)?.start ?? 0,
    end: words.at(-1)?.end ?? 0,
    text: words.map(({ text }) => text).join(' '),
    words,
  }
}
