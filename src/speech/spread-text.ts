import type { Span } from '../media/encode.ts'
import { roundMs, type Segment } from './transcript.ts'

/**
 * Times for a text that came without: its sentences one after the other over the time in which something sounded, each
 * as long as its share of the letters.
 */
export function spreadText(text: string, { start, end }: Span): Omit<Segment, 'id'>[] {
  const sentences = [...new Intl.Segmenter('und', { granularity: 'sentence' }).segment(text)]
    .map(({ segment }) => segment.trim())
    .filter(sentence => sentence !== '')
  const letters = sentences.reduce((sum, { length }) => sum + length, 0)
  let before = 0
  return sentences.map(sentence => {
    const at = (count: number) => roundMs(start + ((end - start) * count) / letters)
    const segment = { start: at(before), end: at(before + sentence.length), text: sentence }
    before += sentence.length
    return segment
  })
}
