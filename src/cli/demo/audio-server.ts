import { createReadStream, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream'

export interface AudioServer extends AsyncDisposable {
  readonly port: number
  url(recording: string): string
}

/** Serves the mp3 files of one folder on loopback, and nothing else of it: the texts beside them stay unseen. */
export async function serveAudio(folder: string): Promise<AudioServer> {
  const server = createServer((request, response) => answer(folder, request, response))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: recording => `http://127.0.0.1:${port}/${recording}.mp3`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

function answer(folder: string, request: IncomingMessage, response: ServerResponse): void {
  const [path = ''] = (request.url ?? '').split('?')
  const name = basename(path)
  const size = name.endsWith('.mp3') ? sizeOf(join(folder, name)) : null
  if (size === null) {
    response.writeHead(404).end()
    return
  }
  response.writeHead(200, { 'Content-Type': 'audio/mpeg', 'Content-Length': size })
  if (request.method === 'HEAD') {
    response.end()
    return
  }
  pipeline(createReadStream(join(folder, name)), response, () => {})
}

function sizeOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.size ?? null
}
