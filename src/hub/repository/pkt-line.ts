/** Ends a section of lines. */
export const flush = '0000'

/** git's framing: four hex digits of length, which count themselves (gitprotocol-common(5)). At most 65516 bytes. */
export function pktLine(text: string): string {
  return (Buffer.byteLength(text) + 4).toString(16).padStart(4, '0') + text
}

/** The lines up to the flush, and where what follows it begins; null when there is no flush, or something else. */
export function readPktLines(
  bytes: Buffer,
): { readonly lines: readonly string[]; readonly end: number } | null {
  const lines: string[] = []
  let at = 0
  for (;;) {
    const digits = bytes.toString('latin1', at, at + 4)
    if (digits === flush) return { lines, end: at + 4 }
    const length = /^[0-9a-f]{4}$/i.test(digits) ? Number.parseInt(digits, 16) : 0
    if (length < 4 || at + length > bytes.length) return null
    lines.push(bytes.toString('utf8', at + 4, at + length).replace(/\n$/, ''))
    at += length
  }
}
