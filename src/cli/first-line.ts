import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'

/** The first line of a stream, without its end; the rest stays unread, and the stream open. '' when it ends before. */
export function firstLine(stream: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    const decoder = new StringDecoder('utf8')
    let text = ''
    const done = (line: string) => {
      stream.off('data', onData).off('end', onEnd).off('error', reject)
      stream.pause()
      resolve(line)
    }
    const onEnd = () => done(text)
    const onData = (chunk: Buffer | string) => {
      text += typeof chunk === 'string' ? chunk : decoder.write(chunk)
      const end = text.indexOf('\n')
      if (end >= 0) done(text.slice(0, end))
    }
    stream.on('data', onData).once('end', onEnd).once('error', reject)
  })
}
