import { encodedForms } from './secret-forms.ts'
import { Automaton } from './secret-search.ts'

/**
 * Replaces secrets by `***` in text: the values as given, their lines, and the ways programs commonly encode them.
 * Time is linear in the text, whatever the number of secrets. One masker per job; a secret once added stays.
 */
export class Masker {
  readonly #patterns = new Set<string>()
  #automaton: Automaton | null = null

  /** Values of white space only are ignored: they would mask every log. */
  add(secret: string): void {
    for (const form of encodedForms(secret)) {
      if (this.#patterns.has(form)) continue
      this.#patterns.add(form)
      this.#automaton = null
    }
  }

  /** Secrets that overlap or touch become one `***`, so that the count of marks tells nothing about them. */
  mask(text: string): string {
    if (this.#patterns.size === 0) return text
    this.#automaton ??= new Automaton(this.#patterns)
    let masked = ''
    let from = 0
    for (const { start, end } of this.#automaton.find(text)) {
      masked += `${text.slice(from, start)}***`
      from = end
    }
    return masked + text.slice(from)
  }
}
