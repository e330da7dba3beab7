import { createHash } from 'node:crypto'
import { canonicalJson } from '../base/json.ts'
import type { JobInputs } from '../model/inputs.ts'

/** What makes two submits the same job: kind, inputs and where it must run; or the key the user gave. */
export function idempotencyKey(request: {
  readonly kind: string
  readonly inputs: JobInputs
  readonly pin: string | null
  readonly key: string | null
}): string {
  if (request.key !== null) return `key:${request.key}`
  const identity = canonicalJson({ kind: request.kind, inputs: { ...request.inputs }, pin: request.pin })
  return `sha256:${createHash('sha256').update(identity).digest('hex')}`
}
