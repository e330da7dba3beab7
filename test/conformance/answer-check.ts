import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import { isJsonObject, type Json, type JsonObject, parseJson } from '../../src/base/json.ts'
import type { Description, ResponseDescription } from './description.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** As it was sent; '' when there was none. */
  readonly text: string
}

/** Says what is wrong with an answer by GitHub's own description; nothing when it conforms. */
export class AnswerCheck {
  readonly #description: Description
  readonly #ajv: Ajv

  constructor(description: Description) {
    this.#description = description
    // GitHub's schemas name required members they do not define, and let `type` be missing beside `properties`.
    this.#ajv = new Ajv({ allErrors: true, strict: true, strictTypes: false, strictRequired: false })
    addFormats.default(this.#ajv)
    this.#ajv.addFormat('uri-template', true)
    this.#ajv.addSchema({ $id: 'github', $defs: description.schemas })
  }

  /** `accept`: a media type the request asked for, which then takes the place of JSON. */
  problems(operation: string, answer: Answer, accept?: string): readonly string[] {
    const described = this.#description.operations[operation]?.responses[String(answer.status)]
    const wrongHeaders = headerProblems(described, answer)
    if (described) return [...wrongHeaders, ...this.#contentProblems(described, answer, accept)]
    if (answer.status === 304) return wrongHeaders
    // GitHub gives errors that its description does not list, all of one form.
    if (answer.status >= 400)
      return [...wrongHeaders, ...this.#contentProblems({ content: anyErrorContent }, answer)]
    return [`status ${answer.status} is not described`]
  }

  #contentProblems(described: ResponseDescription, answer: Answer, accept?: string): readonly string[] {
    const type = mediaType(answer.headers)
    const content = described.content ?? (answer.status >= 400 ? anyErrorContent : undefined)
    if (!content) return answer.status < 300 && answer.text !== '' ? ['a body where none is described'] : []
    const schema = content[type]
    if (!schema)
      return type === accept ? [] : [`content-type is "${type}", described: ${Object.keys(content)}`]
    return this.#bodyProblems(this.#ajv.compile(withoutRivalry(schema)), answer.text, type)
  }

  #bodyProblems(validate: ValidateFunction, text: string, type: string): readonly string[] {
    if (validate(type === 'application/json' ? parseJson(text) : text)) return []
    return (validate.errors ?? []).map(error => {
      const { instancePath, message, params } = error
      return `body${instancePath} ${message} ${JSON.stringify(params)}: ${shown(text, instancePath)}`
    })
  }
}

/** GitHub's forms of an error have no required members: what is one of them is each of them, never exactly one. */
function withoutRivalry(schema: JsonObject): JsonObject {
  const { oneOf, ...rest } = schema
  return oneOf !== undefined && JSON.stringify(oneOf).includes('-error"') ? { ...rest, anyOf: oneOf } : schema
}

/** GitHub's `basic-error`, whose members it always gives. */
const anyErrorContent: Readonly<Record<string, JsonObject>> = {
  'application/json': {
    allOf: [{ $ref: 'github#/$defs/basic-error' }],
    required: ['message', 'documentation_url', 'status'],
  },
}

function headerProblems(described: ResponseDescription | undefined, answer: Answer): readonly string[] {
  const { status, headers } = answer
  const wanted = [...stamps(status), ...(described?.headers ?? []).filter(name => name !== 'Link')]
  const missing = wanted.filter(name => !headers.get(name)).map(name => `header ${name} is missing`)
  const location = headers.get('location')
  return [
    ...missing,
    ...(isRedirect(status) && !URL.canParse(location ?? '') ? [`location is "${location}"`] : []),
    ...(described?.headers?.includes('Link') ? linkProblems(answer) : []),
    ...(mediaType(headers) === 'application/json' &&
    !/; charset=utf-8$/.test(headers.get('content-type') ?? '')
      ? ['content-type does not name its charset']
      : []),
  ]
}

/** What GitHub stamps on every answer; on those it gives to nobody in particular, only the first. */
function stamps(status: number): readonly string[] {
  if (status === 401) return ['X-GitHub-Request-Id']
  const limits = ['Limit', 'Remaining', 'Used', 'Reset', 'Resource'].map(name => `X-RateLimit-${name}`)
  const version = status === 400 ? [] : ['X-GitHub-Api-Version-Selected']
  return ['X-GitHub-Request-Id', ...limits, ...version]
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400 && status !== 304
}

/** Every link leads to a page of the same list, and a list that is not whole has links. */
function linkProblems({ headers, text }: Answer): readonly string[] {
  const links = headers.get('link')
  if (links === null) return isWhole(parseJson(text)) ? [] : ['header Link is missing']
  const form = /^<http[^>]*[?&](page=\d+|after=[\w-]+)[^>]*>; rel="(prev|next|last|first)"$/
  return links.split(', ').every(link => form.test(link)) ? [] : [`Link is ${links}`]
}

function isWhole(body: Json): boolean {
  if (!isJsonObject(body)) return true
  const items = Object.values(body).find(Array.isArray)
  const total = body['total_count']
  return typeof total !== 'number' || items === undefined || items.length >= total
}

function mediaType(headers: Headers): string {
  return headers.get('content-type')?.split(';')[0] ?? ''
}

function shown(text: string, pointer: string): string {
  const found = pointer
    .split('/')
    .slice(1)
    .reduce<Json | undefined>(
      (value, name) => (value as Record<string, Json> | null)?.[name],
      parseJson(text),
    )
  return JSON.stringify(found)?.slice(0, 120) ?? 'nothing'
}
