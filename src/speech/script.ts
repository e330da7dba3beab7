import type { Word } from './transcript.ts'

/** Fewer letters say nothing of a script. */
const leastLetters = 40

/**
 * Whether a text is written as its language is: at least half of its letters are of that script. True where the language
 * is written in several (Japanese, Korean, Chinese), or is not known.
 */
export function isInScriptOf(language: string, words: readonly Word[]): boolean {
  const script = scriptOf(language)
  const letters = countIn(words, /\p{L}/gu)
  if (script === null || letters < leastLetters) return true
  return countIn(words, script) >= letters / 2
}

/** A word at a time: of a day of talk the matches alone would be some million strings. */
function countIn(words: readonly Word[], letter: RegExp): number {
  return words.reduce((sum, { text }) => sum + (text.match(letter)?.length ?? 0), 0)
}

/** Unicode's own word on which script a language is mostly written in. */
function scriptOf(language: string): RegExp | null {
  try {
    return new RegExp(`\\p{Script=${new Intl.Locale(language).maximize().script}}`, 'gu')
  } catch {
    return null
  }
}
