/** ustar (POSIX.1-1988): a 512-byte header, then the content padded to 512 bytes. Paths are at most 100 bytes. */
export function tarFile(path: string, content: Buffer): readonly Buffer[] {
  const header = Buffer.alloc(512)
  header.write(path.slice(0, 100), 0)
  header.write('0000644\0', 100)
  header.write('0000000\0', 108)
  header.write('0000000\0', 116)
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124)
  header.write('00000000000\0', 136)
  header.write('        ', 148)
  header.write('0', 156)
  header.write('ustar\x0000', 257)
  header.write(`${checksum(header).toString(8).padStart(6, '0')}\0 `, 148)
  return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]
}

/** Two empty blocks end an archive. */
export const tarTrailer: Buffer = Buffer.alloc(1024)

/** The sum of the header's bytes, its own field counted as spaces. */
function checksum(header: Buffer): number {
  return header.reduce((sum, byte) => sum + byte, 0)
}
