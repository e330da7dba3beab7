import type {
  BasicExpressionToken,
  TemplateToken as SourceToken,
} from '@actions/workflow-parser/templates/tokens/index'
import { RelayError } from '../base/errors.ts'
import type { TemplateToken } from '../model/template-token.ts'

export type { SourceToken }

/**
 * GitHub's numbers for kinds of tokens, the same on the wire and in the parser (docs/protocol.md, "Template tokens").
 */
const kinds = { string: 0, sequence: 1, mapping: 2, expression: 3, insert: 4, boolean: 5, number: 6 } as const

/** A member of a mapping whose keys are fixed by GitHub's grammar. */
export interface SourceMember {
  readonly key: string
  readonly keyToken: SourceToken
  readonly value: SourceToken
}

/** The error for something at a place of the file: `FILE:LINE: message`. */
export function sourceError(
  path: string,
  token: SourceToken | undefined,
  message: string,
  hint?: string,
): RelayError {
  const place = token?.line === undefined ? path : `${path}:${token.line}`
  return new RelayError('invalid_workflow', `${place}: ${message}`, {
    hint: hint ?? `Mend ${place} and dispatch again.`,
  })
}

export function notSupported(path: string, token: SourceToken, what: string): RelayError {
  return sourceError(
    path,
    token,
    `${what} is not supported by the embedded GitHub yet`,
    `Remove it, or run this workflow on github.com.`,
  )
}

/**
 * The members of a mapping in the order of the file. A key that is not in `supported` is refused with its line:
 * whatever RelayQ does not do must never be ignored.
 */
export function readMembers(
  path: string,
  mapping: SourceToken,
  where: string,
  supported: readonly string[],
): ReadonlyMap<string, SourceToken> {
  const members = new Map<string, SourceToken>()
  for (const { key, keyToken, value } of allMembers(mapping, where)) {
    if (!supported.includes(key)) throw notSupported(path, keyToken, `'${key}' in ${where}`)
    members.set(key, value)
  }
  return members
}

/** The members of a mapping whose keys the user chooses. */
export function allMembers(mapping: SourceToken, where: string): SourceMember[] {
  return [...mapping.assertMapping(where)].map(({ key, value }) => ({
    key: key.toString(),
    keyToken: key,
    value,
  }))
}

/** The token as the runner protocol writes it; null for one that is not declared. */
export function toTemplateToken(token: SourceToken | undefined): TemplateToken {
  switch (token?.templateTokenType) {
    case kinds.string:
      return token.assertString('a string').value
    case kinds.sequence:
      return { type: 1, seq: [...token.assertSequence('a list')].map(toTemplateToken) }
    case kinds.mapping:
      return { type: 2, map: [...token.assertMapping('a mapping')].map(wirePair) }
    case kinds.expression:
      return { type: 3, expr: (token as BasicExpressionToken).expression }
    case kinds.insert:
      return { type: 4, directive: 'insert' }
    case kinds.boolean:
      return token.assertBoolean('a boolean').value
    case kinds.number:
      return token.assertNumber('a number').value
    default:
      return null
  }
}

export function isExpression(token: SourceToken): token is BasicExpressionToken {
  return token.templateTokenType === kinds.expression
}

export function isBoolean(token: SourceToken): boolean {
  return token.templateTokenType === kinds.boolean
}

export function isMapping(token: SourceToken): boolean {
  return token.templateTokenType === kinds.mapping
}

export function isSequence(token: SourceToken): boolean {
  return token.templateTokenType === kinds.sequence
}

function wirePair({ key, value }: { readonly key: SourceToken; readonly value: SourceToken }) {
  return { Key: toTemplateToken(key), Value: toTemplateToken(value) }
}
