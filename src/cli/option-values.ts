import { RelayError } from '../base/errors.ts'

/** Reads the whole number an option was given. Throws `usage` for anything else, or one outside `least` to `most`. */
export function parseWhole(option: string, text: unknown, least: number, most: number): number {
  const value = typeof text === 'string' && /^-?\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw new RelayError('usage', `${option} cannot be "${String(text)}".`, {
    hint: `Give a whole number from ${least} to ${most}.`,
  })
}

/** Reads the text an option was given; null where it was not. Throws `usage` for nothing, as of an unset variable. */
export function parseText(option: string, text: unknown): string | null {
  if (typeof text !== 'string') return null
  if (text.trim() !== '') return text
  throw new RelayError('usage', `${option} is empty.`, { hint: 'Give it a value, or leave it out.' })
}
