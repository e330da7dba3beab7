import { isJsonObject, type Json, type JsonObject, parseJson } from '../../base/json.ts'
import type { LegacyTask } from './map-task.ts'

export interface CeleryMessage {
  /** Celery's id of the task: the same wherever the message goes. null: it says none. */
  readonly id: string | null
  readonly name: string
  /** null where `problem` says why it cannot be done. */
  readonly task: LegacyTask | null
  readonly problem: string | null
  /** ISO 8601. */
  readonly notBefore: string | null
}

/**
 * Reads one message as kombu's Redis transport keeps it: an envelope of JSON whose body is base64 of JSON. Protocol 2 has
 * the task in the headers and `[args, kwargs, embed]` in the body; protocol 1 has all in the body.
 * (docs.celeryq.dev, "Message Protocol"; checked against messages that Celery 5.2.6 wrote.)
 */
export function readCeleryMessage(raw: string, now: number): CeleryMessage {
  const envelope = parseJson(raw)
  if (!isJsonObject(envelope)) return unreadable('it is no message of Celery')
  const headers = objectOf(envelope['headers'])
  const name = textOf(headers['task'])
  const body = readBody(envelope, headers)
  if (name !== null) return protocol2(name, headers, body, now)
  if (typeof body === 'string') return unreadable(body)
  return isJsonObject(body.value) ? protocol1(body.value, now) : unreadable('it is no message of Celery')
}

type Body = string | { readonly value: Json }

/** A text says why it cannot be read. */
function readBody(envelope: JsonObject, headers: JsonObject): Body {
  if (envelope['content-type'] !== 'application/json') {
    return `its arguments are ${String(envelope['content-type'])}, which is not read: it could run code`
  }
  if (headers['compression']) return 'its arguments are compressed'
  const text = String(envelope['body'] ?? '')
  const isBase64 = objectOf(envelope['properties'])['body_encoding'] === 'base64'
  return { value: parseJson(isBase64 ? Buffer.from(text, 'base64').toString('utf8') : text) }
}

function protocol2(name: string, headers: JsonObject, body: Body, now: number): CeleryMessage {
  const message = { id: textOf(headers['id']), name, notBefore: textOf(headers['eta']) }
  const fault = (problem: string): CeleryMessage => ({ ...message, task: null, problem })
  if (typeof body === 'string') return fault(body)
  if (!Array.isArray(body.value)) return fault('its body is not [args, kwargs, embed]')
  const [args, kwargs, embed] = body.value
  const problem = problemOf(headers['expires'], objectOf(embed), now)
  return problem === null ? { ...message, task: taskOf(name, args, kwargs), problem } : fault(problem)
}

function protocol1(body: JsonObject, now: number): CeleryMessage {
  const name = textOf(body['task'])
  if (name === null) return unreadable('it names no task')
  const message = { id: textOf(body['id']), name, notBefore: textOf(body['eta']) }
  const problem = problemOf(body['expires'], body, now)
  const task = problem === null ? taskOf(name, body['args'], body['kwargs']) : null
  return { ...message, task, problem }
}

/** What belongs to a larger whole cannot go alone, and what is too late is not wanted any more. */
function problemOf(expires: Json | undefined, embed: JsonObject, now: number): string | null {
  const until = textOf(expires)
  if (until !== null && Date.parse(until) < now) return `it expired at ${until}`
  const tied = ['chain', 'chord', 'callbacks', 'errbacks', 'taskset'].find(member => {
    const value = embed[member]
    return Array.isArray(value) ? value.length > 0 : Boolean(value)
  })
  return tied === undefined ? null : `other tasks hang on it (${tied})`
}

function taskOf(name: string, args: Json | undefined, kwargs: Json | undefined): LegacyTask {
  return { name, args: Array.isArray(args) ? args : [], kwargs: objectOf(kwargs) }
}

function unreadable(problem: string): CeleryMessage {
  return { id: null, name: '', task: null, problem, notBefore: null }
}

function objectOf(value: Json | undefined): JsonObject {
  return value !== undefined && isJsonObject(value) ? value : {}
}

function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
