import { lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DownloadOptions } from '../base/download.ts'
import { RelayError } from '../base/errors.ts'
import { fileTooLarge } from '../base/file-too-large.ts'
import { requireReachable } from '../base/guarded-request.ts'
import { oneLine } from '../base/one-line.ts'
import { type ProgramOutcome, runProgram } from '../base/process.ts'

/** picture: with its sound, where there is a picture. */
export type Medium = 'sound' | 'picture'

/** Of each the one file that is best: to merge two, yt-dlp would start other programs. */
const selections: Readonly<Record<Medium, string>> = {
  sound: 'bestaudio/best',
  picture: 'best/bestaudio',
}

export interface YtDlpOptions
  extends Pick<DownloadOptions, 'url' | 'policy' | 'path' | 'maxBytes' | 'signal' | 'inspect' | 'onBytes'> {
  /** Absolute path of the program. */
  readonly program: string
  /** Holds no secret. */
  readonly env: NodeJS.ProcessEnv
  readonly wants: Medium
  /** Does not exist yet; removed afterwards. */
  readonly folder: string
  readonly timeoutMs?: number
}

const usualTimeoutMs = 1_800_000
const headBytes = 512
/** It stopped because of --max-downloads: the one file is there (yt-dlp, exit codes). */
const stoppedAtLimit = 101

/**
 * Fetches what plays on a page, by the program yt-dlp. It opens its own connections, which the guard cannot see: only the
 * page's address is checked, and its generic extractor, which would follow any page anywhere, is left out. Returns the
 * bytes. Throws `invalid_input`, `url_forbidden`, `too_large`, `timeout`, `download_failed`, or what `inspect` throws.
 */
export async function fetchByYtDlp(options: YtDlpOptions): Promise<number> {
  const { url, policy, folder, maxBytes, signal } = options
  await requireReachable(url, policy)
  await mkdir(folder, { mode: 0o700 })
  const tooLarge = new AbortController()
  try {
    const outcome = await runProgram(options.program, argumentsFor(options), {
      cwd: folder,
      env: options.env,
      signal: AbortSignal.any([signal, tooLarge.signal]),
      timeoutMs: options.timeoutMs ?? usualTimeoutMs,
      maxOutputBytes: 65_536,
      onStdoutLine: line => {
        const [received, total] = readProgress(line)
        // --max-filesize says nothing of a stream whose length is not known.
        if (received > maxBytes) tooLarge.abort()
        else if (received > 0) options.onBytes?.(received, total)
      },
    })
    signal.throwIfAborted()
    if (tooLarge.signal.aborted) throw fileTooLarge(maxBytes)
    requireSuccess(outcome)
    return await takeOver(options)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Options of yt-dlp 2026.08.19. `--` ends them, so that an address can never be one. */
function argumentsFor({ folder, maxBytes, url, wants }: YtDlpOptions): readonly string[] {
  return [
    ...['--ignore-config', '--no-plugin-dirs', '--no-exec', '--no-cache-dir', '--restrict-filenames'],
    ...['--no-playlist', '--max-downloads', '1', '--use-extractors', 'default,-generic'],
    ...[
      '--max-filesize',
      String(Math.floor(maxBytes)),
      '--socket-timeout',
      '30',
      '--retries',
      '3',
      '-f',
      selections[wants],
      '--newline',
    ],
    ...['--progress-template', 'download:RELAYQ %(progress.downloaded_bytes)s %(progress.total_bytes)s'],
    ...['-P', folder, '-o', 'media.%(ext)s', '--', url],
  ]
}

function readProgress(line: string): readonly [received: number, total: number | null] {
  const [, received, total] = /^RELAYQ (\d{1,15}) (\d{1,15}|NA)$/.exec(line) ?? []
  return [Number(received ?? 0), total === undefined || total === 'NA' ? null : Number(total)]
}

function requireSuccess(outcome: ProgramOutcome): void {
  switch (outcome.kind) {
    case 'exited':
      if (outcome.code === 0 || outcome.code === stoppedAtLimit) return
      throw failed(lastLine(outcome.stderr) || `exit code ${outcome.code}`)
    case 'timed_out':
      throw new RelayError('timeout', 'yt-dlp took too long.')
    case 'not_found':
      throw new RelayError('tool_missing', 'yt-dlp is gone.')
    case 'signalled':
      throw failed(`ended by ${outcome.signal}`)
    case 'aborted':
      throw new RelayError('cancelled', 'The job was cancelled.')
  }
}

/** Its one file, whatever it calls it; nothing that is no plain file in that folder. */
async function takeOver({ folder, path, maxBytes, inspect }: YtDlpOptions): Promise<number> {
  const [name, ...others] = (await readdir(folder)).filter(file => file.startsWith('media.'))
  const found = name === undefined || others.length > 0 ? null : join(folder, name)
  const file = found === null ? null : await lstat(found)
  if (found === null || !file?.isFile()) throw failed('it left no file')
  if (file.size > maxBytes) throw fileTooLarge(maxBytes)
  inspect(await readHead(found), '')
  await rename(found, path)
  return file.size
}

async function readHead(path: string): Promise<Buffer> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

function failed(reason: string): RelayError {
  return new RelayError('download_failed', `yt-dlp could not fetch the page: ${reason}.`, {
    hint: 'It may be too old for this site: update it on the machine.',
  })
}

function lastLine(stderr: string): string {
  return oneLine(stderr.trim().split('\n').at(-1) ?? '')
    .slice(0, 200)
    .replace(/\.$/, '')
}
