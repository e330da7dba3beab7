import { PassThrough, type Readable } from 'node:stream'
import { ZipFile } from 'yazl'

export interface StreamedZip {
  /** The archive as it comes about. */
  readonly output: Readable
  /** Aborted when nobody reads the output any more. */
  readonly gone: AbortSignal
  /** An error of a stream is for whoever adds it to hear: the archive just stands still. */
  add(content: Readable | Buffer, path: string): void
  /** Nothing more is added. */
  end(): void
}

/** A zip that is read while it is made. */
export function startZip(): StreamedZip {
  const zip = new ZipFile()
  // Not `wrap`: as soon as the archive is complete, that drops what a slow reader has not read yet.
  const output = zip.outputStream.pipe(new PassThrough())
  const gone = new AbortController()
  output.once('close', () => gone.abort())
  return {
    output,
    gone: gone.signal,
    add(content, path) {
      if (Buffer.isBuffer(content)) zip.addBuffer(content, path)
      else zip.addReadStream(content, path)
    },
    end: () => zip.end(),
  }
}
