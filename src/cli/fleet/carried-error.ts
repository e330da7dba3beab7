import { type ErrorCode, errorCodes, RelayError } from '../../base/errors.ts'
import { isJsonObject } from '../../base/json.ts'

/** Makes an error again of what `RelayError.toJSON` wrote in another process; null for anything else. */
export function carriedError(value: unknown): RelayError | null {
  if (!isJsonObject(value)) return null
  const { code, message, hint } = value
  if (typeof code !== 'string' || typeof message !== 'string') return null
  const known = Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : 'internal'
  return new RelayError(known, message, typeof hint === 'string' ? { hint } : {})
}
