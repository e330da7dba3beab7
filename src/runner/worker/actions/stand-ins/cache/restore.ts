import { asError, RelayError } from '../../../../../base/errors.ts'
import { cacheService } from '../../../../../protocol/results-service.ts'
import {
  booleanInput,
  lineInput,
  log,
  requiredInput,
  runAction,
  saveState,
  setOutput,
  warn,
} from '../action-io.ts'
import { downloadFile } from '../download-file.ts'
import { member, ResultsClient } from '../results-client.ts'
import { cachePaths, cacheStates, cacheVersion, checkKeys, tar, withArchive } from './cache-entry.ts'

interface FoundEntry {
  readonly url: string
  readonly key: string
}

/** Stand-in for actions/cache v5 and actions/cache/restore: finds an entry and unpacks it over the workspace. */
await runAction(async () => {
  const primaryKey = requiredInput('key')
  const restoreKeys = lineInput('restore-keys')
  const paths = cachePaths()
  checkKeys([primaryKey, ...restoreKeys])
  saveState(cacheStates.primaryKey, primaryKey)
  setOutput('cache-primary-key', primaryKey)
  const entry = await restore(primaryKey, restoreKeys, paths)
  if (entry === null) return reportMiss([primaryKey, ...restoreKeys])
  saveState(cacheStates.matchedKey, entry.key)
  setOutput('cache-matched-key', entry.key)
  setOutput('cache-hit', String(entry.key.toLowerCase() === primaryKey.toLowerCase()))
})

/** A cache is a help, not a need: whatever goes wrong with it is a warning and counts as a miss. */
async function restore(
  primaryKey: string,
  restoreKeys: readonly string[],
  paths: readonly string[],
): Promise<FoundEntry | null> {
  try {
    const client = new ResultsClient()
    const entry = await find(client, primaryKey, restoreKeys, paths)
    if (entry !== null && booleanInput('lookup-only'))
      log(`Cache found and can be restored from key: ${entry.key}`)
    else if (entry !== null) await unpack(client, entry)
    client.transfer.close()
    return entry
  } catch (thrown) {
    warn(`The cache could not be restored: ${asError(thrown).message}`)
    return null
  }
}

async function find(
  client: ResultsClient,
  key: string,
  restoreKeys: readonly string[],
  paths: readonly string[],
): Promise<FoundEntry | null> {
  const body = await client.mustCall(cacheService, 'GetCacheEntryDownloadURL', {
    key,
    restore_keys: restoreKeys,
    version: cacheVersion(paths),
  })
  if (body['ok'] !== true) return null
  return { url: member(body, 'signed_download_url'), key: member(body, 'matched_key') }
}

async function unpack(client: ResultsClient, entry: FoundEntry): Promise<void> {
  await withArchive(async archive => {
    const { bytes } = await downloadFile(client.transfer, { url: entry.url, file: archive })
    await tar(['-xzf', archive])
    log(`Cache restored from key: ${entry.key} (${bytes} bytes)`)
  })
}

function reportMiss(keys: readonly string[]): void {
  const message = `Cache not found for input keys: ${keys.join(', ')}`
  if (booleanInput('fail-on-cache-miss')) throw new RelayError('invalid_input', message)
  log(message)
}
