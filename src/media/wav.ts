/** The one wav layout used inside: 16 kHz, mono, signed 16 bit little endian, a plain 44-byte header, then samples. */
export const sampleRate = 16_000
export const bytesPerSecond = sampleRate * 2
export const headerBytes = 44

/** The header of a file with `dataBytes` bytes of samples (RIFF WAVE, format 1). */
export function wavHeader(dataBytes: number): Buffer {
  const header = Buffer.alloc(headerBytes)
  header.write('RIFF', 0, 'latin1')
  header.writeUInt32LE(36 + dataBytes, 4)
  header.write('WAVEfmt ', 8, 'latin1')
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(sampleRate, 24)
  header.writeUInt32LE(bytesPerSecond, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36, 'latin1')
  header.writeUInt32LE(dataBytes, 40)
  return header
}
