import { join } from 'node:path'
import { findProgram } from '../base/find-program.ts'
import { isJsonObject, parseJson } from '../base/json.ts'
import { type ProgramOutcome, runProgram } from '../base/process.ts'
import { readIfThere } from '../base/read-if-there.ts'
import { replaceFile } from '../base/replace-file.ts'
import type { Paths } from './paths.ts'

/** Where tokens are kept. `account` names one; it is no secret. */
export interface TokenPlace {
  readonly name: PlaceName
  /** For people: "the macOS keychain". */
  readonly description: string
  /** False where the place is not there, or closed: a keychain of a session without a desktop. */
  put(account: string, token: string): Promise<boolean>
  /** null: it has none, or none it gives out now. */
  get(account: string): Promise<string | null>
  remove(account: string): Promise<void>
}

export type PlaceName = 'keychain' | 'file'

/** A locked keychain may ask a person who is not there. */
const timeoutMs = 15_000

/** The keychain of the operating system; null where it has none that RelayQ knows. */
export function keychainOf(platform: NodeJS.Platform): TokenPlace | null {
  if (platform === 'darwin') return keychain('the macOS keychain', macKeychain)
  if (platform === 'linux') return keychain('the desktop’s keyring (secret-tool)', secretService)
  return null
}

/** Every place of this machine, the better first. A keychain whose program is not there is none. */
export async function tokenPlaces(
  paths: Paths,
  { platform, path }: { readonly platform: NodeJS.Platform; readonly path: string | undefined },
): Promise<readonly TokenPlace[]> {
  const program = platform === 'darwin' ? 'security' : 'secret-tool'
  const keychain = (await findProgram([program], path, [])) === null ? null : keychainOf(platform)
  return [...(keychain ? [keychain] : []), tokenFile(paths)]
}

/** A file of the configuration, 0600: for services and machines without a desktop. */
export function tokenFile(paths: Paths): TokenPlace {
  const path = join(paths.config, 'tokens.json')
  return {
    name: 'file',
    description: path,
    async put(account, token) {
      replaceFile(path, toJson({ ...readTokens(path), [account]: token }), { mode: 0o600 })
      return true
    },
    async get(account) {
      return readTokens(path)[account] ?? null
    },
    async remove(account) {
      const { [account]: removed, ...others } = readTokens(path)
      if (removed !== undefined) replaceFile(path, toJson(others), { mode: 0o600 })
    },
  }
}

interface Programs {
  readonly put: (account: string, token: string) => Promise<ProgramOutcome>
  readonly get: (account: string) => Promise<ProgramOutcome>
  readonly remove: (account: string) => Promise<ProgramOutcome>
}

/** What was put is read again: both programs have ways to say yes and keep nothing. */
function keychain(description: string, programs: Programs): TokenPlace {
  const get = async (account: string): Promise<string | null> => {
    const outcome = await programs.get(account)
    if (outcome.kind !== 'exited' || outcome.code !== 0) return null
    return outcome.stdout.replace(/\n$/, '') || null
  }
  return {
    name: 'keychain',
    description,
    async put(account, token) {
      const outcome = await programs.put(account, token)
      if (outcome.kind === 'exited' && outcome.code === 0 && (await get(account)) === token) return true
      await programs.remove(account)
      return false
    },
    get,
    async remove(account) {
      await programs.remove(account)
    },
  }
}

/**
 * `-w` without a value, as the last word, makes `security` ask for the password and once more; without a terminal (the
 * program has a session of its own) it reads both from standard input. So the token is in no argument list.
 */
const macKeychain: Programs = {
  put: (account, token) =>
    runProgram('security', ['add-generic-password', '-U', ...macItem(account), '-w'], {
      input: `${token}\n${token}\n`,
      timeoutMs,
    }),
  get: account => runProgram('security', ['find-generic-password', ...macItem(account), '-w'], { timeoutMs }),
  remove: account => runProgram('security', ['delete-generic-password', ...macItem(account)], { timeoutMs }),
}

function macItem(account: string): readonly string[] {
  return ['-s', 'relayq', '-a', account]
}

/** `secret-tool store` takes the secret from standard input, to its end. */
const secretService: Programs = {
  put: (account, token) =>
    runProgram('secret-tool', ['store', '--label=RelayQ', ...attributes(account)], {
      input: token,
      timeoutMs,
    }),
  get: account => runProgram('secret-tool', ['lookup', ...attributes(account)], { timeoutMs }),
  remove: account => runProgram('secret-tool', ['clear', ...attributes(account)], { timeoutMs }),
}

function attributes(account: string): readonly string[] {
  return ['service', 'relayq', 'account', account]
}

function readTokens(path: string): Readonly<Record<string, string>> {
  const value = parseJson(readIfThere(path) ?? '{}')
  const members = isJsonObject(value) ? Object.entries(value) : []
  return Object.fromEntries(
    members.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

function toJson(tokens: Readonly<Record<string, string>>): string {
  return `${JSON.stringify(tokens, null, 2)}\n`
}
