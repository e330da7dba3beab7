import type { Context } from 'hono'
import { isJsonObject, type Json, type JsonObject } from '../base/json.ts'
import type { HubEnv } from './context.ts'
import { refuse } from './errors.ts'
import { Malformed, type Reader } from './untrusted.ts'

/** Levels of nesting; what walks a value by calling itself would not come back from far more. */
const deepestJson = 100

/** The body as a JSON object; {} when there is none, or null. Ends the request with GitHub's 400 otherwise. */
export async function readJsonObject(c: Context<HubEnv>): Promise<JsonObject> {
  const text = await c.req.text()
  if (text.trim() === '') return {}
  const value = parse(text) ?? {}
  if (!isJsonObject(value)) refuse(400, 'Body should be a JSON object')
  if (isDeeperThan(deepestJson, value)) refuse(400, 'Problems parsing JSON')
  return value
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return refuse(400, 'Problems parsing JSON')
  }
}

/** Level by level, so that the walk itself does not nest. */
function isDeeperThan(limit: number, value: Json): boolean {
  let level: readonly Json[] = [value]
  for (let depth = 0; depth <= limit && level.length > 0; depth += 1) level = level.flatMap(membersOf)
  return level.length > 0
}

function membersOf(value: Json): readonly Json[] {
  return typeof value === 'object' && value !== null ? Object.values(value) : []
}

/** What `read` makes of the body. Ends the request with GitHub's 422 where a member is missing or of another form. */
export async function readBody<T>(c: Context<HubEnv>, read: Reader<T>): Promise<T> {
  return readMembers(await readJsonObject(c), read)
}

/** The same for members that stand elsewhere: GitHub takes those of a DELETE from the query, too. */
export function readMembers<T>(members: unknown, read: Reader<T>): T {
  try {
    return read(members)
  } catch (thrown) {
    if (!(thrown instanceof Malformed)) throw thrown
    return refuse(422, `Invalid request.\n\nA member is missing or is no ${thrown.message}.`)
  }
}

/** A numeric path parameter; null when it is not one, which a route answers with 404. */
export function idParameter(c: Context<HubEnv>, name: string): number | null {
  const text = c.req.param(name) ?? ''
  return /^\d{1,15}$/.test(text) ? Number(text) : null
}

/** `http://host[:port]` as the client addressed the hub: its links must lead back the same way (a proxy, a tunnel). */
export function originOf(c: Context<HubEnv>): string {
  return new URL(c.req.url).origin
}
