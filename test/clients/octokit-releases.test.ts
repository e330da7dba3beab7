import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Octokit } from 'octokit'
import { startTestHub, testToken } from '../support/running-hub.ts'

test('Octokit makes a draft, uploads to it, publishes it, downloads from it and deletes it', async t => {
  const { hub } = await startTestHub(t)
  // Its throttle would hold each write back for a second.
  const { rest } = new Octokit({ auth: testToken, baseUrl: hub.apiUrl, throttle: { enabled: false } })
  const repository = { owner: 'octo', repo: 'queue' }
  const { data: draft } = await rest.repos.createRelease({ ...repository, tag_name: 'v1', draft: true })
  const one = { ...repository, release_id: draft.id }
  const { data: asset } = await rest.repos.uploadReleaseAsset({
    ...one,
    url: draft.upload_url,
    name: 'my tool.txt',
    label: 'The tool',
    data: 'the bytes',
    headers: { 'content-type': 'text/plain' },
  })
  assert.deepEqual([asset.name, asset.label, asset.size], ['my.tool.txt', 'The tool', 9])
  await rest.repos.updateRelease({ ...one, draft: false })
  const { data: latest } = await rest.repos.getLatestRelease(repository)
  assert.deepEqual([latest.tag_name, latest.assets.length], ['v1', 1])

  const file = { ...repository, asset_id: asset.id }
  const headers = { accept: 'application/octet-stream' }
  const { data } = await rest.repos.getReleaseAsset({ ...file, headers })
  assert.equal(String(data), 'the bytes')
  await rest.repos.updateReleaseAsset({ ...file, name: 'tool.txt' })
  await rest.repos.deleteReleaseAsset(file)
  await rest.repos.deleteRelease(one)
  await assert.rejects(rest.repos.getReleaseByTag({ ...repository, tag: 'v1' }), { status: 404 })
})
