import assert from 'node:assert/strict'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { isFeatureAvailable, restoreCache, saveCache } from '@actions/cache'

assert.equal(isFeatureAvailable(), true)
const key = `tools-${process.env['GITHUB_RUN_ID']}`
await mkdir('tools', { recursive: true })
await writeFile('tools/version', '1.2.3')

assert.ok((await saveCache(['tools'], `${key}-1`)) > 0)
assert.equal(await saveCache(['tools'], `${key}-1`), -1, 'a key is written once')

await rm('tools', { recursive: true })
assert.equal(await restoreCache(['tools'], `${key}-2`, [key]), `${key}-1`)
assert.equal(await readFile('tools/version', 'utf8'), '1.2.3')
assert.equal(await restoreCache(['tools'], `${key}-1`, [], { lookupOnly: true }), `${key}-1`)
assert.equal(await restoreCache(['tools'], 'other', ['another']), undefined)
assert.equal(await restoreCache(['elsewhere'], `${key}-1`), undefined, 'other paths are another version')
process.stdout.write('=> the cache works\n')
