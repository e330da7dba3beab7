import { RelayError } from '../base/errors.ts'
import { isJsonObject } from '../base/json.ts'
import type { TemplateToken } from '../model/template-token.ts'
import { toText } from './coerce.ts'
import type { ExpressionScope } from './expression.ts'
import { evaluateToken } from './tokens.ts'

export interface ConcurrencySetting {
  readonly group: string
  readonly cancelInProgress: boolean
  /** single: only the newest waits, an older waiting one is cancelled. max: all wait in turn. */
  readonly queue: 'single' | 'max'
}

/** Null when nothing is declared. Throws RelayError `invalid_workflow`. */
export function readConcurrency(token: TemplateToken, scope: ExpressionScope): ConcurrencySetting | null {
  if (token === null) return null
  const value = evaluateToken(token, scope)
  const declared = isJsonObject(value) ? value : { group: value }
  const group = toText(declared['group'] ?? null)
  if (group === '') throw new RelayError('invalid_workflow', 'The concurrency group must not be empty')
  const cancelInProgress = declared['cancel-in-progress'] ?? false
  if (typeof cancelInProgress !== 'boolean') {
    throw new RelayError('invalid_workflow', "'cancel-in-progress' must be true or false")
  }
  const queue = declared['queue'] ?? 'single'
  if (queue !== 'single' && queue !== 'max') {
    throw new RelayError('invalid_workflow', "The concurrency 'queue' must be single or max")
  }
  if (queue === 'max' && cancelInProgress) {
    throw new RelayError(
      'invalid_workflow',
      "Concurrency cannot have both 'queue: max' and 'cancel-in-progress: true'",
    )
  }
  return { group, cancelInProgress, queue }
}
