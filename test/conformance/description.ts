import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from '../../src/base/json.ts'

/** What is kept of GitHub's description of its REST API; see fetch-description.ts. */
export interface Description {
  /** Package and version it was taken from. */
  readonly source: string
  /** By `METHOD /path/{parameter}`, sorted by path. */
  readonly operations: Readonly<Record<string, OperationDescription>>
  /** By name; a schema names another as `github#/$defs/NAME`. */
  readonly schemas: Readonly<Record<string, JsonObject>>
}

export interface OperationDescription {
  /** `actions/get-workflow-run` */
  readonly operationId: string
  /** By status. */
  readonly responses: Readonly<Record<string, ResponseDescription>>
}

export interface ResponseDescription {
  /** Names of headers. */
  readonly headers?: readonly string[]
  /** JSON Schema by media type; absent: no body, or one of any kind. */
  readonly content?: Readonly<Record<string, JsonObject>>
}

export const descriptionFile = join(import.meta.dirname, '../fixtures/github-api.json')

export function readDescription(): Description {
  return JSON.parse(readFileSync(descriptionFile, 'utf8')) as Description
}
