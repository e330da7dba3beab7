import type { Millis } from '../base/clock.ts'
import { parseDuration } from '../base/duration.ts'
import { RelayError } from '../base/errors.ts'

/** From where on: after an event of this number, or since so many seconds ago. */
export type Since =
  | { readonly kind: 'event'; readonly id: number }
  | { readonly kind: 'ago'; readonly seconds: number }

/** Reads the option; null where it was not given. Throws `usage`. `also`: the number of an event is taken, too. */
export function parseSince(option: string, text: unknown, also: 'event' | null = null): Since | null {
  if (text === undefined) return null
  const word = String(text)
  if (also === 'event' && /^\d{1,15}$/.test(word)) return { kind: 'event', id: Number(word) }
  const seconds = parseDuration(word)
  if (seconds !== null) return { kind: 'ago', seconds }
  throw new RelayError('usage', `${option} cannot be "${word}".`, {
    hint: `Give a duration such as 30m, 12h or 7d${also === 'event' ? ', or the number of an event' : ''}.`,
  })
}

/** As the ledger is asked. */
export function sinceOf(
  since: Since | null,
  now: Millis,
): { readonly afterId?: number; readonly since?: string } {
  if (since === null) return {}
  if (since.kind === 'event') return { afterId: since.id }
  return { since: new Date(Math.max(0, now - since.seconds * 1000)).toISOString() }
}
