import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, rename, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Clock } from '../base/clock.ts'
import { type DownloadOptions, download } from '../base/download.ts'
import { RelayError, systemErrorCode } from '../base/errors.ts'
import type { OutboundPolicy } from '../base/outbound.ts'
import type { PublishedModel } from './model-catalogue.ts'
import { arrivedBytes, closeUnfinished, openUnfinished } from './unfinished-pull.ts'

export interface PullOptions {
  readonly model: PublishedModel
  readonly folder: string
  /** Without a final slash; the file is `ggml-<name>.bin` there. */
  readonly baseUrl: string
  readonly policy: OutboundPolicy
  readonly signal: AbortSignal
  /** Called where the model is not here, and fits on the disk. */
  readonly onBegin?: () => void
  readonly onBytes: (received: number, total: number | null) => void
  readonly silence?: NonNullable<DownloadOptions['silence']>
  readonly clock: Clock
  /** Pauses before the download goes on where it broke off. */
  readonly pausesMs?: readonly number[]
}

export interface Pulled {
  readonly path: string
  /** false: the same file was there. */
  readonly isNew: boolean
}

/** For a gigabyte over a poor line. */
const patientPausesMs = [500, 1000, 2000, 4000, 8000, 16_000]

/** Where nobody has answered yet: a name server may be slow for once. */
const reachPausesMs = [500]

/**
 * Brings a model into the folder, under its name only when it is whole and has the published checksum. What a pull that
 * was broken off has brought is gone on with. Throws `disk_full`,
 * `download_failed` for a file that is not the published one, or what `download` throws.
 */
export async function pullModel(options: PullOptions): Promise<Pulled> {
  const { model, folder } = options
  const path = join(folder, modelFileName(model.name))
  await mkdir(folder, { recursive: true })
  if (await isPublished(path, model)) return { path, isNew: false }
  const file = modelFileName(model.name)
  const unfinished = await openUnfinished(folder, file, options.clock())
  try {
    await requireRoom(folder, model, (await arrivedBytes(unfinished, file)) / mebibyte)
    options.onBegin?.()
    const arrived = join(unfinished, file)
    await fetchModel(options, arrived)
    if (!(await isPublished(arrived, model))) throw notPublished(options.baseUrl, 'has another checksum')
    await rename(arrived, path)
    return { path, isNew: true }
  } finally {
    await closeUnfinished(unfinished)
  }
}

/** RELAYQ_MODELS_URL, without a final slash. Throws `invalid_config`. */
export function readModelsUrl(value: string): string {
  const url = URL.parse(value)
  if (url !== null && /^https?:$/.test(url.protocol)) return value.replace(/\/+$/, '')
  throw new RelayError('invalid_config', `RELAYQ_MODELS_URL cannot be ${JSON.stringify(value)}.`, {
    hint: 'Give a web address, such as https://huggingface.co/ggerganov/whisper.cpp/resolve/main',
  })
}

/** Removes a model from the folder; false: it was not there. */
export async function removeModel(name: string, folder: string): Promise<boolean> {
  try {
    await rm(join(folder, modelFileName(name)))
    return true
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') return false
    throw thrown
  }
}

function modelFileName(name: string): string {
  return `ggml-${name}.bin`
}

const mebibyte = 1_048_576
/** Published sizes are rounded. */
const sizeTolerance = 1.1

async function fetchModel(options: PullOptions, path: string): Promise<void> {
  const { model, baseUrl, policy, signal, onBytes } = options
  const sending = download({
    url: `${baseUrl}/${modelFileName(model.name)}`,
    path,
    policy,
    maxBytes: Math.ceil(model.sizeMb * mebibyte * sizeTolerance),
    signal,
    onBytes,
    ...(options.silence ? { silence: options.silence } : {}),
    pausesMs: options.pausesMs ?? patientPausesMs,
    reachPausesMs: options.pausesMs ?? reachPausesMs,
    keepsPart: true,
    inspect: head => {
      if (!head.subarray(0, ggml.length).equals(ggml)) throw notPublished(baseUrl, 'is no whisper.cpp model')
    },
  })
  await sending.catch(thrown => {
    const isOther = thrown instanceof RelayError && thrown.code === 'too_large'
    throw isOther ? notPublished(baseUrl, 'is larger than that model') : thrown
  })
}

/** 0x67676d6c, with the lowest byte first. */
const ggml = Buffer.from('lmgg')

function notPublished(baseUrl: string, reason: string): RelayError {
  const host = URL.parse(baseUrl)?.host ?? baseUrl
  return new RelayError('download_failed', `What ${host} sent ${reason}; it was thrown away.`, {
    hint: 'Try again; if it happens each time, look at RELAYQ_MODELS_URL.',
  })
}

async function isPublished(path: string, { sha1 }: PublishedModel): Promise<boolean> {
  const hash = createHash('sha1')
  try {
    await pipeline(createReadStream(path), hash)
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') return false
    throw thrown
  }
  return hash.digest('hex') === sha1
}

/** `arrivedMb`: what an earlier pull has brought of it takes no room again. */
async function requireRoom(
  folder: string,
  { name, sizeMb }: PublishedModel,
  arrivedMb: number,
): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const freeMb = Math.floor((bavail * bsize) / mebibyte)
  const wantedMb = Math.ceil(sizeMb * sizeTolerance - arrivedMb)
  if (freeMb >= wantedMb) return
  const wanted = `${wantedMb} MB${arrivedMb > 0 ? ' more' : ''}`
  throw new RelayError('disk_full', `The model ${name} takes up to ${wanted}, and ${freeMb} MB are free.`, {
    hint: `Make room in ${folder}, or take a smaller model.`,
  })
}
