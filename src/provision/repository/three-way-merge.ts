import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RelayError } from '../../base/errors.ts'
import { type ProgramOutcome, runProgram } from '../../base/process.ts'

export interface Versions {
  /** As it stands in the repository. */
  readonly mine: string
  /** As RelayQ shipped it when it was written last. */
  readonly base: string
  /** As this version ships it. */
  readonly theirs: string
}

export type Merge =
  | { readonly kind: 'merged'; readonly text: string }
  /** `text` holds both sides between git's markers. */
  | { readonly kind: 'conflict'; readonly text: string }
  | { readonly kind: 'no_git' }

/** Brings what RelayQ has changed since `base` into the user's text, by `git merge-file`. */
export async function mergeThreeWays(versions: Versions): Promise<Merge> {
  const outcome = await withFiles(versions, folder => {
    const labels = ['-L', 'yours', '-L', 'as it was shipped', '-L', 'as it is shipped now']
    return git(['merge-file', '-p', '--diff3', ...labels, 'mine', 'base', 'theirs'], folder)
  })
  if (outcome.kind === 'not_found') return { kind: 'no_git' }
  // The exit code is the number of conflicts, cut off at 127; a fault of git itself is 255.
  if (outcome.kind === 'exited' && outcome.code === 0) return { kind: 'merged', text: outcome.stdout }
  if (outcome.kind === 'exited' && outcome.code < 128) return { kind: 'conflict', text: outcome.stdout }
  throw failed(outcome)
}

/** What `after` changes in `before`, as a unified diff without its head; null where there is no git to tell. */
export async function diffLines(before: string, after: string): Promise<string | null> {
  const outcome = await withFiles({ before, after }, folder =>
    git(['diff', '--no-index', '--no-color', '--no-ext-diff', '--text', 'before', 'after'], folder),
  )
  if (outcome.kind === 'not_found') return null
  if (outcome.kind !== 'exited' || outcome.code > 1) throw failed(outcome)
  return outcome.stdout.replace(/^(?!@@).*\n(?:(?!@@).*\n)*/, '')
}

async function withFiles<T>(
  texts: Readonly<Record<string, string>> | Versions,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'relayq-merge-'))
  try {
    for (const [name, text] of Object.entries(texts)) await writeFile(join(folder, name), text)
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Neither the user's configuration nor a repository around the folder has a say. */
function git(args: readonly string[], cwd: string): Promise<ProgramOutcome> {
  const env = {
    ...process.env,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_DIR: '/dev/null',
  }
  return runProgram('git', args, { cwd, env, timeoutMs: 30_000, maxOutputBytes: 16 * 1024 * 1024 })
}

function failed(outcome: ProgramOutcome): RelayError {
  const said = 'stderr' in outcome ? outcome.stderr.trim() : ''
  return new RelayError('internal', `git could not compare two texts: ${said || outcome.kind}`)
}
