import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { download } from '../base/download.ts'
import { type ErrorCode, RelayError } from '../base/errors.ts'
import { refuseNonMedia } from '../media/sniff.ts'
import type { NodeConfig } from './context.ts'
import type { JobWork } from './kind-runner.ts'
import { everyQuarter } from './progress-log.ts'

export interface FetchedInput {
  readonly path: string
  readonly bytes: number
  /** Without the query, which may hold a signature. */
  readonly url: string
  readonly sha256: string
}

/** Downloads the job's `url` into its work folder, within the limits of the job and of the machine. */
export async function fetchInput(work: JobWork): Promise<FetchedInput> {
  const { config, env, signal, clock } = work.context
  const path = join(work.workFolder, 'input')
  const downloaded = everyQuarter(clock, percent => work.log(`${percent} % is downloaded`))
  const { bytes, url } = await download({
    url: work.inputs['url'] ?? '',
    path,
    policy: { allowHosts: config.allowHosts, allowCidrs: config.allowCidrs },
    maxBytes: Math.min(jobLimitBytes(env['RELAYQ_MAX_SIZE_MB'] ?? ''), machineLimitBytes(config)),
    inspect: refuseNonMedia,
    onBytes: (received, total) => total !== null && downloaded(received / total),
    signal,
  })
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash, { signal })
  const { origin, pathname } = new URL(url)
  work.log(`downloaded ${(bytes / 1e6).toFixed(2)} MB from ${new URL(url).host}`)
  return { path, bytes, url: origin + pathname, sha256: hash.digest('hex') }
}

/** What the policy allows for this job; no limit of its own when it says nothing. */
function jobLimitBytes(megabytes: string): number {
  if (megabytes === '') return Number.POSITIVE_INFINITY
  return readBytes(megabytes) ?? refuseLimit('invalid_input', 'max_size_mb', megabytes)
}

function machineLimitBytes({ maxDownloadMb }: NodeConfig): number {
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
