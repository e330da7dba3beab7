import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startHubForGh } from '../../test/support/gh.ts'
import { namesInZip } from '../../test/support/zip.ts'

interface Asset {
  readonly name: string
  readonly label: string
  readonly size: number
  readonly contentType: string
}

test('gh makes a release with files, shows, lists and downloads it, and deletes it', async t => {
  const { gh, folder, json } = await startHubForGh(t)
  writeFileSync(join(folder, 'tool one.txt'), 'one')
  writeFileSync(join(folder, 'two.json'), '{"two": 2}')
  const made = await gh('release', 'create', 'v1.0', 'tool one.txt#The tool', 'two.json', '--notes', 'First')
  assert.match(made, /\/octo\/queue\/releases\/tag\/v1\.0\n$/)
  const fields = 'tagName,name,body,isDraft,targetCommitish,assets'
  const { assets, ...release } = JSON.parse(await gh('release', 'view', 'v1.0', '--json', fields))
  assert.deepEqual(release, {
    tagName: 'v1.0',
    name: '',
    body: 'First',
    isDraft: false,
    targetCommitish: 'main',
  })
  // gh sends them at once: either may be the first to arrive.
  const shown = assets.map((asset: Asset) => [asset.name, asset.label, asset.size, asset.contentType])
  assert.deepEqual(shown.sort(), [
    ['tool.one.txt', 'The tool', 3, 'text/plain; charset=utf-8'],
    ['two.json', '', 10, 'application/json'],
  ])
  assert.match(await gh('release', 'list'), /Latest\tv1\.0\t/)
  assert.match(await gh('release', 'view'), /^tag:\tv1\.0$/m)
  await gh('release', 'download', 'v1.0', '--dir', 'got')
  assert.deepEqual(readdirSync(join(folder, 'got')).sort(), ['tool.one.txt', 'two.json'])
  assert.equal(readFileSync(join(folder, 'got/two.json'), 'utf8'), '{"two": 2}')
  await gh('release', 'download', '--archive', 'tar.gz', '--output', 'source.tar.gz')
  await gh('release', 'download', '--archive', 'zip', '--output', 'source.zip')
  const names = await namesInZip(readFileSync(join(folder, 'source.zip')))
  assert.match(names.at(-1) ?? '', /^octo-queue-[0-9a-f]{7}\/\.github\/workflows\/echo\.yml$/)

  await assert.rejects(
    gh('release', 'create', 'v1.0', 'two.json', '--notes', ''),
    /same tag name already exists/,
  )
  await gh('release', 'delete-asset', 'v1.0', 'two.json', '--yes')
  await gh('release', 'delete', 'v1.0', '--yes')
  assert.equal(await gh('release', 'list'), '')
  assert.deepEqual((await json('/releases')).body, [])
})

test('gh keeps a draft, adds to it, replaces a file of it and publishes it', async t => {
  const { gh, folder, request } = await startHubForGh(t)
  await gh('release', 'create', 'v2', '--draft', '--title', 'Two', '--notes', 'soon', '--target', 'main')
  assert.match(await gh('release', 'list'), /^Two\tDraft\tv2\t/m)
  assert.equal((await request('/releases/tags/v2')).status, 404)
  writeFileSync(join(folder, 'a.bin'), 'old')
  await gh('release', 'upload', 'v2', 'a.bin')
  await assert.rejects(gh('release', 'upload', 'v2', 'a.bin'), /same name already exists/)
  writeFileSync(join(folder, 'a.bin'), 'new')
  await gh('release', 'upload', 'v2', 'a.bin', '--clobber')
  await gh('release', 'download', 'v2', '--pattern', '*.bin', '--dir', 'got')
  assert.equal(readFileSync(join(folder, 'got/a.bin'), 'utf8'), 'new')
  await gh('release', 'edit', 'v2', '--draft=false', '--prerelease')
  assert.match(await gh('release', 'list'), /^Two\tPre-release\tv2\t/m)
  assert.equal((await request('/releases/tags/v2')).status, 200)
})
