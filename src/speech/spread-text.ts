import type { Span } from '../media/encode.ts'
import { roundMs, type Segment, type Word } from './transcript.ts'

/** Times for a text that came without: its sentences one after the other over the time in which something sounded. */
export function spreadText(text: string, span: Span): Omit<Segment, 'id'>[] {
  const sentences = [...new Intl.Segmenter('und', { granularity: 'sentence' }).segment(text)]
    .map(({ segment }) => segment.trim())
    .filter(sentence => sentence !== '')
  return spreadTexts(sentences, span).map(({ start, end, text: sentence }) => ({
    start: roundMs(start),
    end: roundMs(end),
    text: sentence,
  }))
}

/** Texts one after the other, each as long as its share of the letters. */
export function spreadTexts(texts: readonly string[], { start, end }: Span): Word[] {
  const letters = texts.reduce((sum, { length }) => sum + length, 0)
  const at = (count: number) => start + ((end - start) * count) / letters
  let before = 0
  return texts.map(text => {
    const from = before
    before += text.length
    return { start: at(from), end: at(before), text }
  })
}
