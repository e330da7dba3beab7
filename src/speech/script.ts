import type { SpokenWords } from './spoken-words.ts'

/** Fewer letters say nothing of a script. */
const leastLetters = 40

/**
 * Whether a text is written as its language is: at least half of its letters are of that script. True where the language
 * is written in several (Japanese, Korean, Chinese), or is not known.
 */
export function isInScriptOf(language: string, words: SpokenWords): boolean {
  const script = scriptOf(language)
  if (script === null) return true
  let letters = 0
  let ofScript = 0
  // Letter by letter: the matches of a whole word are lists, and of a day of talk these would be some 30 MB.
  for (const { text } of words) {
    for (const character of text) {
      if (!letter.test(character)) continue
      letters += 1
      if (script.test(character)) ofScript += 1
    }
  }
  return letters < leastLetters || ofScript >= letters / 2
}

const letter = /\p{L}/u

/** Unicode's own word on which script a language is mostly written in. */
function scriptOf(language: string): RegExp | null {
  try {
    return new RegExp(`\\p{Script=${new Intl.Locale(language).maximize().script}}`, 'u')
  } catch {
    return null
  }
}
