import { createReadStream, existsSync } from 'node:fs'
import { relative } from 'node:path'
import { asError, RelayError } from '../../../../../base/errors.ts'
import { cacheService } from '../../../../../protocol/results-service.ts'
import { jobVariable, log, requiredInput, runAction, savedState, warn } from '../action-io.ts'
import { uploadBlocks } from '../block-upload.ts'
import { absolutePath, findFiles, isGlob } from '../file-search.ts'
import { member, ResultsClient } from '../results-client.ts'
import { cachePaths, cacheStates, cacheVersion, checkKeys, tar, withArchive } from './cache-entry.ts'

/** Stand-in for the post script of actions/cache v5, and for actions/cache/save. Never fails the job. */
await runAction(async () => {
  try {
    const key = savedState(cacheStates.primaryKey) || requiredInput('key')
    checkKeys([key])
    if (savedState(cacheStates.matchedKey).toLowerCase() === key.toLowerCase()) {
      log(`Cache hit occurred on the primary key ${key}, not saving cache.`)
      return
    }
    await save(key, cachePaths())
  } catch (thrown) {
    warn(`The cache could not be saved: ${asError(thrown).message}`)
  }
})

async function save(key: string, paths: readonly string[]): Promise<void> {
  const names = await namesToSave(paths)
  if (names.length === 0) return warn('None of the paths to cache exists: no cache is saved')
  const client = new ResultsClient()
  const version = cacheVersion(paths)
  const created = await client.call(cacheService, 'CreateCacheEntry', { key, version })
  if (created.kind === 'refused' && created.status !== 409)
    throw new RelayError('broker_rejected', created.message)
  if (created.kind === 'refused' || created.body['ok'] !== true) {
    log(`Cache ${key} is not saved: it exists already, or another job is creating it`)
  } else {
    await upload(client, { key, version, names, url: member(created.body, 'signed_upload_url') })
  }
  client.transfer.close()
}

async function upload(
  client: ResultsClient,
  entry: {
    readonly key: string
    readonly version: string
    readonly names: readonly string[]
    readonly url: string
  },
): Promise<void> {
  await withArchive(async archive => {
    await tar(['-czf', archive, '--null', '-T', '-'], entry.names.map(name => `${name}\0`).join(''))
    const { bytes } = await uploadBlocks(client.transfer, entry.url, createReadStream(archive), {
      contentType: 'application/gzip',
    })
    const { key, version } = entry
    await client.mustCall(cacheService, 'FinalizeCacheEntryUpload', {
      key,
      version,
      size_bytes: String(bytes),
    })
    log(`Cache saved with key: ${key} (${bytes} bytes)`)
  })
}

/** Relative to the workspace, as an archive of the real action has them. A plain folder is left whole to tar: with its links. */
async function namesToSave(paths: readonly string[]): Promise<readonly string[]> {
  const workspace = jobVariable('GITHUB_WORKSPACE')
  const found = paths.some(isGlob)
    ? (await findFiles(paths, { cwd: workspace, includeHidden: true })).files
    : paths.map(path => absolutePath(path, workspace)).filter(path => existsSync(path))
  return found.map(path => relative(workspace, path) || '.')
}
