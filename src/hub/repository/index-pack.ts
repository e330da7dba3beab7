import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { systemErrorCode } from '../../base/errors.ts'
import { gitArguments, gitEnvironment } from './git-command.ts'

/** `PACK`, the version, the number of objects (gitformat-pack(5)). */
const headBytes = 12

/** Beyond this git holds no file as a whole, however small it is packed. */
const largeFiles = 'core.bigFileThreshold=32m'
const timeoutMs = 10 * 60_000

/**
 * Stores the objects of the pack that begins at `start` of `file`. Each is checked as `git fsck` does: a tree that names
 * `.git` or `..` is refused. False when git does not take them. Nothing refers to them yet.
 */
export async function indexPack(path: string, file: string, start: number): Promise<boolean> {
  const args = ['-c', largeFiles, 'index-pack', '--stdin', '--fix-thin', '--strict']
  const child = spawn('git', gitArguments(path, ...args), {
    env: gitEnvironment(),
    stdio: ['pipe', 'ignore', 'ignore'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  })
  const exited = once(child, 'close')
  createReadStream(file, { start })
    .on('error', () => child.kill('SIGKILL'))
    .pipe(child.stdin.on('error', error => systemErrorCode(error) === 'EPIPE' || child.kill('SIGKILL')))
  const [code] = await exited
  return code === 0
}

/** Whether there are objects at `start`: a push of what is there already has a pack of none. */
export async function hasObjects(file: FileHandle, start: number): Promise<boolean> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(headBytes), 0, headBytes, start)
  return bytesRead === headBytes && buffer.readUInt32BE(8) > 0
}
