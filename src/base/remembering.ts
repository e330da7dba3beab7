import type { Clock, Millis } from './clock.ts'

/**
 * Asks once and gives the same answer, or failure, for `forMs`. Of more than `most` answers the oldest are forgotten. For
 * what a loop asks again and again, and what hardly changes.
 */
export function remembering<T>(
  ask: (key: string) => Promise<T>,
  options: { readonly most: number; readonly forMs: Millis; readonly clock: Clock },
): (key: string) => Promise<T> {
  const answers = new Map<string, { readonly at: Millis; readonly answer: Promise<T> }>()
  return key => {
    const known = answers.get(key)
    if (known && options.clock() - known.at < options.forMs) return known.answer
    const answer = ask(key)
    // Whoever asked gets the failure; a later one may come too late to hear it.
    answer.catch(() => undefined)
    answers.delete(key)
    answers.set(key, { at: options.clock(), answer })
    const [oldest] = answers.keys()
    if (answers.size > options.most && oldest !== undefined) answers.delete(oldest)
    return answer
  }
}
