/** So that name and extension fit where 255 bytes are the most a file system takes. */
const mostBytes = 200

/** GitHub refuses these in the name of an artifact's file; marks that turn the direction of writing hide an extension. */
const forbidden = /[\p{Cc}\p{Cf}\u2028\u2029"<>:|*?/\\]/gu

/**
 * The name of a result's file, after where its source came from: an address, a path or a file's name, all from outside. Its
 * extension gives way to `extension`, which is without a dot.
 */
export function resultName(source: string, extension: string): string {
  const last = lastPart(source).toWellFormed().normalize('NFC').replaceAll(forbidden, '_')
  const stem = last.replace(/\.[\p{L}\p{N}]{1,5}$/u, '').replace(/^[\s.-]+/, '')
  return `${cut(stem).replace(/[\s.]+$/, '') || 'output'}.${extension}`
}

function lastPart(source: string): string {
  if (!/^https?:\/\//i.test(source)) return source.split('/').at(-1) ?? ''
  const encoded = new URL(source).pathname.split('/').at(-1) ?? ''
  try {
    return decodeURIComponent(encoded)
  } catch {
    return encoded
  }
}

function cut(name: string): string {
  let kept = ''
  for (const character of name) {
    if (Buffer.byteLength(kept + character) > mostBytes) break
    kept += character
  }
  return kept
}
