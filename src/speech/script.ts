import type { Word } from './transcript.ts'

/** Fewer letters say nothing of a script. */
const leastLetters = 40

/**
 * Whether a text is written as its language is: at least half of its letters are of that script. True where the language
 * is written in several (Japanese, Korean, Chinese), or is not known.
 */
export function isInScriptOf(language: string, words: readonly Word[]): boolean {
  const script = scriptOf(language)
  const text = words.map(word => word.text).join('')
  const letters = text.match(/\p{L}/gu)?.length ?? 0
  if (script === null || letters < leastLetters) return true
  return (text.match(script)?.length ?? 0) >= letters / 2
}

/** Unicode's own word on which script a language is mostly written in. */
function scriptOf(language: string): RegExp | null {
  try {
    return new RegExp(`\\p{Script=${new Intl.Locale(language).maximize().script}}`, 'gu')
  } catch {
    return null
  }
}
