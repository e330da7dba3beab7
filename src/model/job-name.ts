import type { JsonObject } from '../base/json.ts'
import { parseRelayedFile } from './relayed-file.ts'

/**
 * What a person knows a job by: its script, and the file or address it works on. null: it has neither, or they are not known. It
 * is one short line for lists: no address whole, which may hold a secret, and nothing that moves a cursor.
 */
export function jobName(inputs: JsonObject): string | null {
  const parts = [harmless(textOf(inputs, 'script')), sourceName(inputs)].filter(part => part !== null)
  return parts.length === 0 ? null : short(parts.join(' '))
}

/** The name of the file that a job works on, or the last part of its address, on one line, of any length; null: of none. */
export function sourceName(inputs: JsonObject): string | null {
  const file = parseRelayedFile(textOf(inputs, 'file') ?? '')
  const url = textOf(inputs, 'url')
  return harmless(
    file?.name ?? lastPart(textOf(inputs, 'path') ?? '') ?? (url === null ? null : nameInAddress(url)),
  )
}

function textOf(inputs: JsonObject, name: string): string | null {
  const value = inputs[name]
  return typeof value === 'string' && value !== '' ? value : null
}

/** Without who asks and what is asked: an address may hold another one, which may hold the secret. */
function nameInAddress(text: string): string | null {
  if (!URL.canParse(text)) return null
  const { pathname, hostname } = new URL(text)
  const [path = ''] = decoded(pathname).split(/[?#;&][\w.-]+=/)
  return (lastPart(path)?.replace(/^.*:.*@/s, '') || hostname || '').trim() || null
}

/** Written in an address, an address is encoded once more. What is no code stays as it is. */
function decoded(text: string): string {
  const next = text.replaceAll(/(?:%[0-9a-f]{2})+/gi, codes =>
    Buffer.from(codes.replaceAll('%', ''), 'hex').toString(),
  )
  return next === text ? text : decoded(next)
}

function lastPart(path: string): string | null {
  return path.split(/[/\\]/).findLast(part => part !== '' && part !== '.' && part !== '..') ?? null
}

/** Control characters move the cursor, the others turn the direction of what follows, or end the line. */
function harmless(name: string | null): string | null {
  if (name === null) return null
  return name
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '_')
}

/** Code points. The end is kept: there is the number of an episode, and the ending. */
const longest = 50
const endKept = 16

function short(name: string): string {
  const points = [...name]
  if (points.length <= longest) return name
  return [...points.slice(0, longest - endKept - 1), '…', ...points.slice(-endKept)].join('')
}
