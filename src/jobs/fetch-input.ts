import { createHash } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Downloaded, type DownloadOptions, download, type Silence } from '../base/download.ts'
import { type ErrorCode, RelayError } from '../base/errors.ts'
import { findProgram } from '../base/find-program.ts'
import { mostSealedBytes, openSealedFile } from '../base/sealed-file.ts'
import { readIdentities } from '../config/runner-key.ts'
import { refuseNonMedia } from '../media/sniff.ts'
import { parseRelayedFile, type RelayedFile } from '../model/relayed-file.ts'
import type { NodeConfig } from './context.ts'
import { fetchAddress } from './fetch-address.ts'
import { fetchByYtDlp, type Medium } from './fetch-by-ytdlp.ts'
import { copyFromRoots } from './fetch-path.ts'
import type { JobWork } from './kind-runner.ts'
import { usualProgramFolders, withoutSecrets } from './program-folders.ts'
import { everyQuarter } from './progress-log.ts'

export interface FetchedInput {
  readonly path: string
  readonly bytes: number
  /** Where it came from: an address without its query, which may hold a signature, or the name of a file. */
  readonly url: string
  readonly sha256: string
  /** The feed or page that named it, likewise without query; null: it was asked for itself. */
  readonly foundOn: { readonly url: string; readonly title: string | null } | null
}

/** After so long whoever follows the job wonders whether anything goes on. */
const silenceMs = 10_000

function silenceInWords({ host, ms, attempt, attempts, stallMs }: Silence): string {
  const [silent, given] = [ms / 1000, stallMs / 1000]
  return `waiting for ${host}, which has sent nothing for ${silent} s (try ${attempt} of ${attempts}; each waits ${given} s)`
}

/** What every way of fetching keeps to: one place for the file, one limit, one look at its beginning. */
type Fetch = Pick<DownloadOptions, 'path' | 'maxBytes' | 'signal' | 'inspect' | 'onBytes' | 'silence'>

/**
 * What the job works on. sound, picture: feeds and pages are read for the audio they name, of a site that has both apart this
 * one is taken, and what cannot be media is refused. file: it is taken as it is.
 */
export type Wanted = Medium | 'file'

/** Brings the job's input into its work folder, within the limits of the job and of the machine. */
export async function fetchInput(work: JobWork, wanted: Wanted): Promise<FetchedInput> {
  const { config, env, signal, clock } = work.context
  const fetched = everyQuarter(clock, percent => work.log(`${percent} % is fetched`))
  const fetch: Fetch = {
    path: join(work.workFolder, 'input'),
    maxBytes: Math.min(jobLimitBytes(env['RELAYQ_MAX_SIZE_MB'] ?? ''), machineLimitBytes(config)),
    inspect: wanted === 'file' ? () => {} : refuseNonMedia,
    onBytes: (received, total) => total !== null && fetched(received / total),
    silence: { ms: silenceMs, tell: silence => work.log(silenceInWords(silence)) },
    signal,
  }
  const { url = '', file = '', path = '' } = work.inputs
  if (url !== '') return await fetchWeb(work, url, wanted, fetch)
  if (file !== '') return await fetchSentAlong(work, file, fetch)
  if (path !== '') return await fetchPath(work, path, fetch)
  throw new RelayError('invalid_input', 'Only relayq submit can take the result of another job.', {
    hint: 'Give url=... or path=...',
  })
}

async function fetchWeb(work: JobWork, address: string, wanted: Wanted, fetch: Fetch): Promise<FetchedInput> {
  const { allowHosts, allowCidrs } = work.context.config
  const asked = { ...fetch, url: address, policy: { allowHosts, allowCidrs } }
  if (wanted === 'file') return await downloaded(work, fetch, await download(asked))
  const fetched = await fetchAddress(asked)
  if (fetched.kind === 'page') return (await playPage(work, address, wanted, fetch)) ?? fetched.refuse()
  const { foundOn } = fetched
  if (foundOn) work.log(`found on a ${foundOn.in}: ${foundOn.title ?? 'audio without a title'}`)
  return {
    ...(await downloaded(work, fetch, fetched.downloaded)),
    foundOn: foundOn && { url: withoutQuery(foundOn.url), title: foundOn.title },
  }
}

async function downloaded(work: JobWork, fetch: Fetch, { bytes, url }: Downloaded): Promise<FetchedInput> {
  work.log(`downloaded ${inMegabytes(bytes)} from ${new URL(url).host}`)
  return { path: fetch.path, bytes, url: withoutQuery(url), sha256: await sha256Of(fetch), foundOn: null }
}

/** What plays on a page that names no audio itself. null: this machine does not use yt-dlp. */
async function playPage(
  work: JobWork,
  address: string,
  wants: Medium,
  fetch: Fetch,
): Promise<FetchedInput | null> {
  const { config, env, programFolders } = work.context
  if (!config.allowYtDlp) return null
  const program = await findProgram(['yt-dlp'], env['PATH'], programFolders ?? usualProgramFolders(env))
  if (program === null) return null
  work.log(`${new URL(address).host} is left to yt-dlp`)
  const bytes = await fetchByYtDlp({
    ...{ ...fetch, wants },
    ...{ url: address, policy: config, program, folder: join(work.workFolder, 'yt-dlp') },
    env: withoutSecrets(env, config.secrets),
  })
  work.log(`fetched ${inMegabytes(bytes)} by yt-dlp`)
  return { path: fetch.path, bytes, url: withoutQuery(address), sha256: await sha256Of(fetch), foundOn: null }
}

function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url)
  return origin + pathname
}

async function fetchSentAlong(work: JobWork, input: string, fetch: Fetch): Promise<FetchedInput> {
  const file = parseRelayedFile(input)
  if (!file) throw new RelayError('invalid_input', 'file is none that relayq submit has sent along.')
  if (file.isEncrypted) return await fetchEncrypted(work, file, fetch)
  const sha256 = await fetchAsSent(work, file, fetch)
  work.log(`fetched ${file.name}, ${inMegabytes(file.bytes)}`)
  return { path: fetch.path, bytes: file.bytes, url: file.name, sha256, foundOn: null }
}

/** The checksum is that of the file itself, which is the same however often it is sent. */
async function fetchEncrypted(work: JobWork, file: RelayedFile, fetch: Fetch): Promise<FetchedInput> {
  const sealed = { ...fetch, path: `${fetch.path}.age`, maxBytes: mostSealedBytes(fetch.maxBytes) }
  const identities = await readIdentities(work.context.config.runnerKeyFile)
  await fetchAsSent(work, file, { ...sealed, inspect: () => {} })
  const bytes = await openSealedFile({
    ...{ source: sealed.path, target: fetch.path, identities },
    ...{ maxBytes: fetch.maxBytes, signal: fetch.signal },
  })
  await rm(sealed.path)
  fetch.inspect(await headOf(fetch.path), '')
  work.log(`fetched ${file.name}, ${inMegabytes(bytes)} when it was decrypted`)
  return { path: fetch.path, bytes, url: file.name, sha256: await sha256Of(fetch), foundOn: null }
}

/** Returns the checksum, once it is the one that was promised. */
async function fetchAsSent(work: JobWork, file: RelayedFile, fetch: Fetch): Promise<string> {
  await work.fetchRelayed(file, fetch)
  const sha256 = await sha256Of(fetch)
  if (sha256 === file.sha256) return sha256
  throw new RelayError('file_unusable', `${file.name} is not what was sent: its checksum is another.`, {
    hint: 'It may have changed while it was sent: submit it again.',
  })
}

const headBytes = 512

async function headOf(path: string): Promise<Buffer> {
  await using file = await open(path)
  const { bytesRead, buffer } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0)
  return buffer.subarray(0, bytesRead)
}

async function fetchPath(work: JobWork, source: string, fetch: Fetch): Promise<FetchedInput> {
  const bytes = await copyFromRoots(source, work.context.config.inputRoots, fetch)
  work.log(`copied ${source}, ${inMegabytes(bytes)}`)
  return { path: fetch.path, bytes, url: source, sha256: await sha256Of(fetch), foundOn: null }
}

async function sha256Of({ path, signal }: Fetch): Promise<string> {
  const hash = createHash('sha256')
  const file = await open(path)
  // One buffer: a stream makes a new one for every 64 KB, and leaves the old ones until memory is short.
  const buffer = Buffer.alloc(1_048_576)
  try {
    for (let read = -1; read !== 0; ) {
      signal.throwIfAborted()
      read = (await file.read(buffer, 0, buffer.length)).bytesRead
      hash.update(buffer.subarray(0, read))
    }
  } finally {
    await file.close()
  }
  return hash.digest('hex')
}

function inMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`
}

/** What the policy allows for this job; no limit of its own when it says nothing. */
function jobLimitBytes(megabytes: string): number {
  if (megabytes === '') return Number.POSITIVE_INFINITY
  return readBytes(megabytes) ?? refuseLimit('invalid_input', 'max_size_mb', megabytes)
}

/** RELAYQ_MAX_DOWNLOAD_MB. Throws `invalid_config`. */
export function machineLimitBytes({ maxDownloadMb }: NodeConfig): number {
  return readBytes(maxDownloadMb) ?? refuseLimit('invalid_config', 'RELAYQ_MAX_DOWNLOAD_MB', maxDownloadMb)
}

/** 1 MB is a million bytes. */
function readBytes(megabytes: string): number | null {
  const bytes = Number(megabytes) * 1e6
  return bytes > 0 && Number.isFinite(bytes) ? bytes : null
}

function refuseLimit(code: ErrorCode, name: string, value: string): never {
  throw new RelayError(code, `${name} cannot be "${value.slice(0, 40)}".`, {
    hint: 'Give a number of megabytes, such as 1000.',
  })
}
