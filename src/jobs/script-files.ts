import { chmod, lstat, mkdir, opendir, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { counted } from '../base/counted.ts'
import { RelayError } from '../base/errors.ts'
import { listed } from '../base/listed.ts'

/** A result is fetched whole, and unpacked where it was asked for; what is larger belongs where the machine can put it itself. */
const limits = { files: 500, bytes: 500_000_000 }

/** What a folder may be entered for: a tree of folders without files must not be walked for ever. */
const mostEntries = 20_000

export interface ScriptFiles {
  /** By their names below the folder, with `/` between. */
  readonly files: Readonly<Record<string, string>>
  readonly bytes: number
  readonly warnings: readonly string[]
}

interface Found {
  readonly name: string
  readonly bytes: number
  readonly mode: number
}

/**
 * Moves what a script has written to the folder of the result. Links are not followed, and neither they nor pipes, sockets
 * and names that an artifact cannot hold are part of it: warnings name them. Throws `too_large`.
 */
export async function takeScriptFiles(from: string, to: string): Promise<ScriptFiles> {
  const found: Found[] = []
  const leftOut: string[] = []
  let entries = 0
  for await (const entry of walk(from)) {
    entries += 1
    const isTooMuch = found.length > limits.files || entries > mostEntries
    if (isTooMuch) throw tooMany()
    if (entry.kind === 'left_out') leftOut.push(`${entry.name} (${entry.reason})`)
    if (entry.kind === 'file') found.push(entry)
  }
  if (found.length > limits.files) throw tooMany()
  const bytes = found.reduce((sum, file) => sum + file.bytes, 0)
  if (bytes > limits.bytes) throw tooLarge(bytes)
  for (const { name, mode } of found) {
    await mkdir(dirname(join(to, name)), { recursive: true })
    await rename(join(from, name), join(to, name))
    // The step that uploads it must be able to read it.
    if ((mode & 0o400) === 0) await chmod(join(to, name), mode | 0o400)
  }
  const names = found.map(({ name }) => name).toSorted()
  return { files: Object.fromEntries(names.map(name => [name, name])), bytes, warnings: warningsOf(leftOut) }
}

type Entry =
  | ({ readonly kind: 'file' } & Found)
  | { readonly kind: 'folder' }
  | { readonly kind: 'left_out'; readonly name: string; readonly reason: string }

/** Every entry below a folder, itself none. A folder that its owner closed is opened: it must be read, and removed. */
async function* walk(root: string, below = ''): AsyncGenerator<Entry> {
  await chmod(join(root, below), 0o700)
  for await (const { name: own } of await opendir(join(root, below))) {
    const name = below === '' ? own : `${below}/${own}`
    const reason = refusalOf(name, own)
    if (reason !== null) {
      yield { kind: 'left_out', name: readable(name), reason }
      continue
    }
    const found = await lstat(join(root, name))
    if (found.isDirectory()) {
      yield { kind: 'folder' }
      yield* walk(root, name)
    } else if (found.isFile()) yield { kind: 'file', name, bytes: found.size, mode: found.mode & 0o777 }
    else yield { kind: 'left_out', name, reason: found.isSymbolicLink() ? 'a link' : 'no file' }
  }
}

/** What @actions/artifact refuses (its path-and-artifact-name-validation.ts), so that one such name fails the whole upload. */
const refusedByArtifacts = /["*:<>?|\\\p{Cc}\u2028\u2029]/u

function refusalOf(name: string, own: string): string | null {
  if (name === 'result.json') return "RelayQ's own name"
  // Node puts U+FFFD where a name is no UTF-8.
  if (refusedByArtifacts.test(own) || own.includes('\ufffd'))
    return 'its name has characters that no artifact takes'
  return null
}

function readable(name: string): string {
  return name.replaceAll(/[\p{Cc}\u2028\u2029]/gu, '?')
}

const mostNamed = 5

function warningsOf(leftOut: readonly string[]): readonly string[] {
  if (leftOut.length === 0) return []
  const named = listed(leftOut, mostNamed)
  return [`${counted(leftOut.length, 'file')} of the script's output left out: ${named}.`]
}

const instead = 'Pack them into one file, or put them where the machine can: results are for what is fetched.'

function tooMany(): RelayError {
  return new RelayError('too_large', `The script wrote more than ${limits.files} files.`, {
    hint: instead,
  })
}

function tooLarge(bytes: number): RelayError {
  const [is, limit] = [bytes, limits.bytes].map(amount => (amount / 1e6).toFixed(0))
  return new RelayError('too_large', `The script wrote ${is} MB, more than the ${limit} MB of a result.`, {
    hint: 'Let it write less, or put its files where the machine can.',
  })
}
