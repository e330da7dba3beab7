import { isJsonObject } from '../base/json.ts'

/**
 * Reads one value that came from outside, or throws Malformed. A dozen lines instead of a schema library: those weigh
 * more in memory than the hub's own code, and a hub may live on a Raspberry Pi.
 */
export type Reader<T> = (value: unknown) => T

export class Malformed extends Error {
  override readonly name = 'Malformed'
}

/** A string of `min` to `max` characters. */
export function text(max: number, min = 0): Reader<string> {
  return value => {
    if (typeof value !== 'string' || value.length < min || value.length > max)
      throw new Malformed(`text of ${min} to ${max} characters`)
    return value
  }
}

/** A string for people, cut after `max` characters: none is worth refusing what it comes with. */
export function cut(max: number): Reader<string> {
  return value => text(Number.POSITIVE_INFINITY)(value).slice(0, max)
}

/** A whole number, also as a string, which is how protobuf's JSON writes 64 bits. */
export const whole: Reader<number> = value => {
  const read = typeof value === 'string' && /^-?\d{1,19}$/.test(value) ? Number(value) : value
  if (!Number.isSafeInteger(read)) throw new Malformed('whole number')
  return Number(read)
}

export const yesOrNo: Reader<boolean> = value => {
  if (typeof value !== 'boolean') throw new Malformed('true or false')
  return value
}

/** Bytes in base64, which may be broken into lines. */
export const base64: Reader<Buffer> = value => {
  const encoded = text(Number.POSITIVE_INFINITY)(value).replaceAll(/\s+/g, '')
  if (!/^[\w+/-]*={0,2}$/.test(encoded)) throw new Malformed('base64')
  return Buffer.from(encoded, 'base64')
}

export function oneOf<const T extends string>(...words: readonly T[]): Reader<T> {
  return value => {
    const word = words.find(candidate => candidate === value)
    if (word === undefined) throw new Malformed(`one of ${words.join(', ')}`)
    return word
  }
}

/** `fallback` where the value is absent or null: the protocol leaves zero values out. */
export function optional<T, F>(read: Reader<T>, fallback: F): Reader<T | F> {
  return value => (value === undefined || value === null ? fallback : read(value))
}

/** An absent list is an empty one. */
export function listOf<T>(read: Reader<T>, max: number): Reader<readonly T[]> {
  return value => {
    const items = value ?? []
    if (!Array.isArray(items) || items.length > max) throw new Malformed(`list of at most ${max}`)
    return items.map(read)
  }
}

/** An absent mapping is an empty one. */
export function mappingOf<T>(read: Reader<T>): Reader<Readonly<Record<string, T>>> {
  return value => {
    const members = value ?? {}
    if (!isJsonObject(members)) throw new Malformed('mapping')
    return Object.fromEntries(Object.entries(members).map(([key, member]) => [key, read(member)]))
  }
}

/** Members that are not named are ignored. */
export function shape<T extends object>(readers: { readonly [K in keyof T]: Reader<T[K]> }): Reader<T> {
  return value => {
    if (!isJsonObject(value)) throw new Malformed('object')
    const names = Object.keys(readers) as (keyof T & string)[]
    return Object.fromEntries(names.map(name => [name, member(name, readers[name], value[name])])) as T
  }
}

/** Says which member of the whole was malformed. */
function member<T>(name: string, read: Reader<T>, value: unknown): T {
  try {
    return read(value)
  } catch (error) {
    throw error instanceof Malformed ? new Malformed(`${name}: ${error.message}`) : error
  }
}
