import { type FileHandle, lstat, open } from 'node:fs/promises'
import { join } from 'node:path'
import { counted } from '../../base/counted.ts'
import { systemErrorCode } from '../../base/errors.ts'
import { LineSplitter } from '../../base/lines.ts'
import type { Check } from '../doctor/check.ts'
import { ok, unseen } from '../doctor/finding.ts'
import { runGit } from './git.ts'
import { readHistory } from './history.ts'
import { knownSecretsFile, readKnownSecrets } from './known-secrets.ts'
import { Leaks, leakFinding } from './leaks.ts'

const name = 'secrets'

interface SecretsCheckOptions {
  /** Bytes of one file, and of the history's changes, that are read. */
  readonly mostFileBytes?: number
  readonly mostHistoryBytes?: number
  readonly timeoutMs?: number
}

const mostFileBytes = 4 * 1024 * 1024
const mostHistoryBytes = 1024 * 1024 * 1024
const timeoutMs = 300_000

/** Whether the files of a checkout, or any commit of its history, hold a secret. Says what it has read, and what not. */
export function repositorySecretsCheck(checkout: string, options: SecretsCheckOptions = {}): Check {
  const limits = {
    file: options.mostFileBytes ?? mostFileBytes,
    history: options.mostHistoryBytes ?? mostHistoryBytes,
    timeoutMs: options.timeoutMs ?? timeoutMs,
  }
  return {
    name,
    // The history ends by itself and says how far it came.
    timeoutMs: limits.timeoutMs + 10_000,
    look: async signal => {
      const present = await readFiles(checkout, limits.file, signal)
      const past = await readHistory(checkout, {
        mostBytes: limits.history,
        timeoutMs: limits.timeoutMs,
        signal,
      })
      const known = readKnownSecrets(checkout)
      const leaks = [
        ...present.leaks.all().map(leak => ({ ...leak, isHistory: false })),
        ...past.leaks.without(present.leaks).map(leak => ({ ...leak, isHistory: true })),
      ]
      const told = leaks.filter(({ fingerprint }) => !known.has(fingerprint))
      const saw = `${counted(present.files, 'file')} and ${counted(past.commits, 'commit')} read`
      const unread = [...present.unread, ...past.unread].map(reason => unseen(name, reason))
      return [
        ...told.map(leak => leakFinding(name, leak)),
        ...unread,
        ...(told.length === 0
          ? [ok(name, `${saw}, no secret known by its form${exceptFor(leaks.length)}`)]
          : []),
      ]
    },
  }
}

function exceptFor(passed: number): string {
  return passed === 0 ? '' : ` but ${passed} that ${knownSecretsFile} lets pass`
}

interface FilesRead {
  readonly leaks: Leaks
  readonly files: number
  readonly unread: readonly string[]
}

/** Those git keeps, and new ones that it does not ignore. */
async function readFiles(checkout: string, mostBytes: number, signal: AbortSignal): Promise<FilesRead> {
  const listing = await runGit(checkout, ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    signal,
    maxOutputBytes: 64 * 1024 * 1024,
  })
  const leaks = new Leaks()
  const unread: string[] = []
  let files = 0
  for (const path of new Set(listing.split('\0').filter(path => path !== ''))) {
    signal.throwIfAborted()
    const outcome = await readFileLines(join(checkout, path), mostBytes, (line, number) =>
      leaks.readLine(line, () => ({ file: path, where: `${path}:${number}` })),
    )
    if (outcome === 'read') files += 1
    if (outcome === 'too_large') unread.push(`${path} is read to ${mostBytes} bytes only`)
  }
  return { leaks, files, unread }
}

/** A link is not followed: what it leads to is no part of the repository. */
async function readFileLines(
  path: string,
  mostBytes: number,
  onLine: (line: string, number: number) => void,
): Promise<'read' | 'too_large' | 'absent'> {
  try {
    if (!(await lstat(path)).isFile()) return 'absent'
    await using file = await open(path, 'r')
    return await readLines(file, mostBytes, onLine)
  } catch (thrown) {
    // Deleted in the work tree, and not yet in a commit.
    if (systemErrorCode(thrown) === 'ENOENT') return 'absent'
    throw thrown
  }
}

async function readLines(
  file: FileHandle,
  mostBytes: number,
  onLine: (line: string, number: number) => void,
): Promise<'read' | 'too_large'> {
  let number = 0
  const lines = new LineSplitter(line => onLine(line, ++number), {
    maxLength: mostBytes,
    keepsReturns: true,
  })
  const stream = file.createReadStream({ end: mostBytes - 1, autoClose: false })
  for await (const chunk of stream) lines.write(chunk as Buffer)
  lines.end()
  return (await file.stat()).size > mostBytes ? 'too_large' : 'read'
}
