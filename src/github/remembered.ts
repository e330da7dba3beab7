import type { Answer } from './client.ts'

/** More pages than a poller looks at in one round. */
const most = 64

/**
 * Answers to questions that are asked again and again. Asked with its ETag, a server answers 304 without a body where
 * nothing has changed, and GitHub does not count that against the rate limit
 * (docs/protocol.md, "Conditional requests").
 */
export class RememberedAnswers {
  readonly #answers = new Map<string, { readonly tag: string; readonly answer: Answer }>()

  headersFor(url: string): Readonly<Record<string, string>> {
    const known = this.#answers.get(url)
    return known ? { 'if-none-match': known.tag } : {}
  }

  /** The answer itself; for a 304 the one that it stands for. */
  resolve(url: string, answer: Answer): Answer {
    const known = this.#answers.get(url)
    if (answer.status === 304 && known) return known.answer
    const tag = answer.headers.get('etag')
    this.#answers.delete(url)
    if (tag !== undefined) this.#answers.set(url, { tag, answer })
    const [oldest] = this.#answers.keys()
    if (this.#answers.size > most && oldest !== undefined) this.#answers.delete(oldest)
    return answer
  }
}
