/** Characters: what is written at once is neither a line nor a file. */
const blockLength = 65_536

/** The same text in fewer pieces, of at least 64 K characters each but for the last. */
export function* inBlocks(parts: Iterable<string>): Generator<string> {
  let block: string[] = []
  let length = 0
  for (const part of parts) {
    block.push(part)
    length += part.length
    if (length < blockLength) continue
    yield block.join('')
    block = []
    length = 0
  }
  if (block.length > 0) yield block.join('')
}
