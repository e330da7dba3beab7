export type ByteRange =
  | { readonly kind: 'whole' }
  /** Both ends are part of it. */
  | { readonly kind: 'part'; readonly start: number; readonly end: number }
  | { readonly kind: 'unsatisfiable' }

/**
 * What a `Range` header asks of `size` bytes (RFC 9110 §14.1.2). One range is served; a header that asks for several, or
 * cannot be read, is ignored, which the RFC leaves open to a server.
 */
export function readByteRange(header: string | undefined, size: number): ByteRange {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? []
  if (first === '' && last === '') return { kind: 'whole' }
  if (first === '') return part(Math.max(0, size - Number(last)), size - 1)
  if (last !== '' && Number(last) < Number(first)) return { kind: 'whole' }
  return part(Number(first), last === '' ? size - 1 : Math.min(Number(last), size - 1))
}

function part(start: number, end: number): ByteRange {
  return start <= end ? { kind: 'part', start, end } : { kind: 'unsatisfiable' }
}
