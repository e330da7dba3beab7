import { randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { RelayError, systemErrorCode } from '../base/errors.ts'
import { makeSealKey, recipientOf } from '../base/sealed-file.ts'
import type { Paths } from './paths.ts'

/** Where a machine keeps the secret half of its key, in the form of `age-keygen`: who has it opens what was sent here. */
export function runnerKeyFile({ config }: Paths): string {
  return join(config, 'runner-key.txt')
}

export interface RunnerKey {
  /** Its public half, for those who encrypt: `age1...`. */
  readonly recipient: string
  readonly isNew: boolean
  /** Others on this machine may read the secret half. */
  readonly isExposed: boolean
}

/**
 * The key of this machine, which is made where there is none: whole, and once, also when two ask at the same time. Of
 * several identities in the file the first counts. Throws `invalid_config` for a file that holds none.
 */
export async function ensureRunnerKey(file: string): Promise<RunnerKey> {
  const isNew = await makeIfMissing(file)
  const [identity] = await readIdentities(file)
  if (identity === undefined) {
    throw new RelayError('invalid_config', `${file} holds no identity of age (AGE-SECRET-KEY-1...).`, {
      hint: 'Put it elsewhere, and run relayq runner key again: it makes a new one.',
    })
  }
  const isExposed = ((await stat(file)).mode & 0o077) !== 0
  return { recipient: await recipientOf(identity), isNew, isExposed }
}

/** Every identity of a key file; none where there is no such file. */
export async function readIdentities(file: string): Promise<readonly string[]> {
  try {
    const lines = (await readFile(file, 'utf8')).split('\n').map(line => line.trim())
    return lines.filter(line => line !== '' && !line.startsWith('#'))
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') return []
    throw thrown
  }
}

/** A link is made only where nothing is: a key that is there is never replaced. */
async function makeIfMissing(file: string): Promise<boolean> {
  if (await isThere(file)) return false
  const { identity, recipient } = await makeSealKey()
  const text = `# created: ${new Date().toISOString()}\n# public key: ${recipient}\n${identity}\n`
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const draft = `${file}.${randomUUID()}`
  try {
    await writeFile(draft, text, { mode: 0o600, flag: 'wx', flush: true })
    await link(draft, file)
    return true
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'EEXIST') return false
    throw thrown
  } finally {
    await rm(draft, { force: true })
  }
}

async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    (thrown: unknown) => {
      if (systemErrorCode(thrown) === 'ENOENT') return false
      throw thrown
    },
  )
}
