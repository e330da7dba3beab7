import { createReadStream } from 'node:fs'
import { RelayError } from '../base/errors.ts'
import { retry } from '../base/retry.ts'
import type { FileToPut, KeptFile } from '../model/broker.ts'
import type { GitHubClient } from './client.ts'
import { statusOf } from './errors.ts'
import { fieldsOf } from './read.ts'

/**
 * Files for jobs, each the one asset of a draft release of its own: a draft makes no tag, only those who may write see it,
 * and deleting it deletes the asset. GitHub takes assets of less than 2 GiB and cannot resume an upload.
 */
const tagPrefix = 'relayq-file-'
const assetName = 'input'

/** Its id is `<release>/<asset>`. A connection that breaks is tried again from the beginning, with a new draft. */
export function putFile(client: GitHubClient, file: FileToPut, firstDelayMs = 1_000): Promise<string> {
  const isRetryable = (thrown: unknown) =>
    thrown instanceof RelayError && (thrown.code === 'broker_unreachable' || statusOf(thrown) === 502)
  return retry(() => putOnce(client, file), { attempts: 3, firstDelayMs, isRetryable })
}

export async function removeFile(client: GitHubClient, id: string): Promise<void> {
  try {
    await client.delete(`/releases/${readIds(id).release}`)
  } catch (thrown) {
    if (statusOf(thrown) !== 404) throw thrown
  }
}

export async function listFiles(client: GitHubClient): Promise<readonly KeptFile[]> {
  const files: KeptFile[] = []
  for await (const item of client.list('/releases', null)) {
    const release = fieldsOf(item, 'release')
    const tag = release.text('tag_name')
    if (!release.flag('draft') || !tag.startsWith(tagPrefix)) continue
    const [asset] = release.list('assets')
    const assetId = asset === undefined ? 0 : fieldsOf(asset, 'asset').integer('id')
    files.push({
      id: `${release.integer('id')}/${assetId}`,
      label: tag.slice(tagPrefix.length),
      createdAt: release.text('created_at'),
    })
  }
  return files
}

/** The address a job fetches a file from: it answers those who accept `application/octet-stream` with the bytes. */
export function filePath(id: string): string {
  return `/releases/assets/${readIds(id).asset}`
}

async function putOnce(client: GitHubClient, file: FileToPut): Promise<string> {
  const draft = await client.post('/releases', {
    tag_name: `${tagPrefix}${file.label}`,
    name: `Input of job ${file.label}`,
    body: 'A file that was sent along with a job of RelayQ. It is deleted when the job has ended.',
    draft: true,
  })
  const release = fieldsOf(draft.data, 'release')
  const releaseId = release.integer('id')
  try {
    return `${releaseId}/${await sendAsset(client, release.text('upload_url'), file)}`
  } catch (thrown) {
    await removeQuietly(client, releaseId)
    throw thrown
  }
}

async function sendAsset(client: GitHubClient, template: string, file: FileToPut): Promise<number> {
  const url = uploadUrl(template, client.target.apiUrl)
  // The length was promised: a file that has grown meanwhile is sent up to it, and its checksum tells.
  const open = () => createReadStream(file.path, { end: file.bytes - 1 })
  const asset = fieldsOf((await client.upload(url, { open, length: file.bytes })).data, 'asset')
  const digest = asset.optionalText('digest')
  if (asset.text('state') === 'uploaded' && asset.integer('size') === file.bytes) {
    if (digest === null || digest === `sha256:${file.sha256}`) return asset.integer('id')
  }
  throw new RelayError('file_unusable', `What arrived at the broker is not ${file.path} as it was read.`, {
    hint: 'It may have changed meanwhile: submit it again.',
  })
}

/** `https://uploads.github.com/repos/o/r/releases/1/assets{?name,label}`, which the token goes to: as safely as to the API. */
function uploadUrl(template: string, apiUrl: string): string {
  const url = new URL(template.replace(/\{.*\}$/, ''))
  if (url.protocol !== new URL(apiUrl).protocol) {
    throw new RelayError('protocol_mismatch', `The broker takes uploads at ${url.protocol}// only.`)
  }
  url.searchParams.set('name', assetName)
  return url.href
}

/** Why it was to be removed is what matters; a draft that stays is removed with the leftovers. */
async function removeQuietly(client: GitHubClient, releaseId: number): Promise<void> {
  await client.delete(`/releases/${releaseId}`).catch(() => {})
}

function readIds(id: string): { readonly release: string; readonly asset: string } {
  const [, release, asset] = /^(\d{1,15})\/(\d{1,15})$/.exec(id) ?? []
  if (release !== undefined && asset !== undefined) return { release, asset }
  throw new RelayError('invalid_input', `${JSON.stringify(id.slice(0, 40))} names no file of this broker.`)
}
