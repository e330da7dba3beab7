import { type Context, Hono } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import { apiError, type FieldError, notFound, refuse } from '../errors.ts'
import { linkPages, pageOf, pageQuery } from '../pagination.ts'
import { presentAsset } from '../present/release.ts'
import { assetName } from '../releases/asset-name.ts'
import { idParameter, readJsonObject } from '../request.ts'
import { bodyStream } from '../request-body.ts'
import { mediaType } from '../results/artifact-methods.ts'
import { largestBlob } from '../results/blob-routes.ts'
import type { UploadRefusal } from '../results/release-assets.ts'
import type { AssetRecord } from '../store/release-assets.ts'
import type { ReleaseRecord } from '../store/releases.ts'
import { Malformed } from '../untrusted.ts'
import { addressesOf } from './addresses.ts'
import { mayPush, visibleRelease } from './releases.ts'

/** Longer names and labels are of no use to anyone; GitHub's own limit, in characters, for the name. */
const longestName = 255

/** Where a release's files are sent. Its bodies are bounded by what stores them, not by the API's limit. */
export const uploadPath = /^(\/api\/v3)?\/repos\/[^/]+\/[^/]+\/releases\/[^/]+\/assets$/

/** The files of releases: list, upload, get, download, rename, delete. Below `/repos/{owner}/{repo}`. */
export function releaseAssetRoutes(hub: HubContext): Hono<HubEnv> {
  const { releaseAssets } = hub.engine
  const routes = new Hono<HubEnv>()

  routes.get('/releases/:release/assets', c => {
    const release = visibleRelease(hub, c)
    if (!release) return notFound(c)
    const query = pageQuery(c)
    const page = pageOf(releaseAssets.of(release.id), query)
    linkPages(c, query, page.totalCount)
    return c.json(page.items.map(asset => presentAsset(addressesOf(hub, c), release, asset)))
  })

  routes.post('/releases/:release/assets', async c => {
    const release = visibleRelease(hub, c)
    if (!release) return unread(notFound(c))
    const named = readUpload(c)
    if (!named) return unread(invalidAsset(c, missingName))
    if (declaredSize(c) > largestBlob.release_asset) return unread(invalidAsset(c, uploadFaults.too_large))
    const outcome = await releaseAssets.upload({ releaseId: release.id, ...named }, bodyStream(c.req.raw))
    if (outcome.kind === 'uploaded')
      return c.json(presentAsset(addressesOf(hub, c), release, outcome.asset), 201)
    return unread(outcome.why === 'release_gone' ? notFound(c) : invalidAsset(c, uploadFaults[outcome.why]))
  })

  routes.get('/releases/assets/:asset', c => {
    const found = visibleAsset(hub, c)
    if (!found) return notFound(c)
    if (c.req.header('Accept')?.includes('application/octet-stream')) {
      return c.redirect(releaseAssets.downloadUrl(found.asset), 302)
    }
    return c.json(presentAsset(addressesOf(hub, c), found.release, found.asset))
  })

  routes.patch('/releases/assets/:asset', async c => {
    const found = visibleAsset(hub, c)
    if (!found) return notFound(c)
    const change = readChange(await readJsonObject(c))
    if (releaseAssets.rename({ ...found.asset, ...change }) === 'name_taken')
      return invalidAsset(c, nameTaken)
    const asset = releaseAssets.find(found.asset.id)
    return asset ? c.json(presentAsset(addressesOf(hub, c), found.release, asset)) : notFound(c)
  })

  routes.delete('/releases/assets/:asset', c => {
    const found = visibleAsset(hub, c)
    if (!found) return notFound(c)
    releaseAssets.remove(found.asset)
    return c.body(null, 204)
  })

  return routes
}

function visibleAsset(
  hub: HubContext,
  c: Context<HubEnv>,
): { readonly asset: AssetRecord; readonly release: ReleaseRecord } | null {
  const asset = hub.engine.releaseAssets.find(idParameter(c, 'asset') ?? 0)
  const release = asset && hub.engine.releases.find(asset.releaseId)
  return release && !(release.draft && !mayPush(c)) ? { asset, release } : null
}

/** Bytes, as the sender says before it sends them; 0 where it does not. */
function declaredSize(c: Context<HubEnv>): number {
  return Number(c.req.header('Content-Length') ?? 0)
}

/** null when it has no name. */
function readUpload(
  c: Context<HubEnv>,
): { readonly name: string; readonly label: string; readonly contentType: string } | null {
  const { name = '', label = '' } = c.req.query()
  if (name === '' || name.length > longestName) return null
  return { name: assetName(name), label: label.slice(0, longestName), contentType: contentTypeOf(c) }
}

/** It is served as the file's type again: whatever is no media type is bytes. */
function contentTypeOf(c: Context<HubEnv>): string {
  try {
    return mediaType(c.req.header('Content-Type') ?? 'application/octet-stream')
  } catch (error) {
    if (error instanceof Malformed) return 'application/octet-stream'
    throw error
  }
}

function readChange(body: Readonly<Record<string, unknown>>): Partial<Pick<AssetRecord, 'name' | 'label'>> {
  const { name, label } = body
  for (const value of [name, label]) {
    const isFine = value === undefined || value === null || typeof value === 'string'
    if (!isFine || (typeof value === 'string' && value.length > longestName)) {
      refuse(
        422,
        `Invalid request.\n\n"name" and "label" must be strings of at most ${longestName} characters.`,
      )
    }
  }
  return {
    ...(typeof name === 'string' && name !== '' ? { name: assetName(name) } : {}),
    ...(typeof label === 'string' ? { label } : {}),
  }
}

const nameTaken: FieldError = { resource: 'ReleaseAsset', code: 'already_exists', field: 'name' }
const missingName: FieldError = { resource: 'ReleaseAsset', code: 'missing_field', field: 'name' }

const uploadFaults: Readonly<Record<Exclude<UploadRefusal, 'release_gone'>, FieldError>> = {
  name_taken: nameTaken,
  too_many: fault('file_count', 'file_count limited to 1000 assets per release'),
  too_large: fault('size', 'size must be less than 2147483648'),
  empty: fault('size', 'size must be greater than or equal to 1'),
  broken_off: fault('size', 'size does not match what arrived'),
}

function fault(field: string, message: string): FieldError {
  return { resource: 'ReleaseAsset', code: 'custom', field, message }
}

function invalidAsset(c: Context<HubEnv>, error: FieldError): Response {
  return apiError(c, 422, 'Validation Failed', [error])
}

/** Of a body that was not read to its end the rest is still on its way: the connection is good for no other request. */
function unread(response: Response): Response {
  response.headers.set('Connection', 'close')
  return response
}
