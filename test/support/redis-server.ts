import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { randomId } from '../../src/base/id.ts'
import type { Lifetime } from './fleet.ts'

export interface TestRedis {
  /** Holds its password. */
  readonly url: string
  readonly port: number
  /** As when its machine loses power. */
  kill(): Promise<void>
}

/** A Redis of the test's own, on loopback, with a password, that keeps nothing; ended after the test. */
export async function startRedis(t: Lifetime): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-redis-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const password = randomId(20)
  const port = await freePort()
  const child = spawn('redis-server', ['-'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  t.after(kill)
  const lines = [`port ${port}`, 'bind 127.0.0.1', `requirepass ${password}`, 'save ""', `dir ${folder}`]
  child.stdin.end(`${lines.join('\n')}\nappendonly no\n`)
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes('Ready to accept connections')) break
  }
  child.stdout.resume()
  return { url: `redis://:${password}@127.0.0.1:${port}`, port, kill }
}

/** Redis cannot be told to take any free port. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
