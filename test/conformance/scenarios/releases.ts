import assert from 'node:assert/strict'
import type { ConformanceApi, Parameters } from '../conformance-api.ts'

const releases = '/repos/{owner}/{repo}/releases'
const octets = 'application/octet-stream'

export async function releaseScenario(api: ConformanceApi): Promise<void> {
  const latest = `GET ${releases}/latest`
  await api.call(latest, {}, { status: 404 })
  const create = `POST ${releases}`
  const first = await api.call(create, { tag_name: 'v1' }, { status: 201 })
  const release_id = Number(first.body['id'])
  assert.equal(first.headers.get('Location'), first.body['url'])
  const more = { name: 'Two', body: '# Two', draft: true, prerelease: true, target_commitish: 'main' }
  const draft = await api.call(create, { tag_name: 'v2/a', ...more }, { status: 201 })
  await api.call(create, { tag_name: 'v1' }, { status: 422 })
  await api.call(create, { tag_name: '..' }, { status: 422 })
  await api.call(create, { name: 'no tag' }, { status: 422 })
  await api.call(create, { tag_name: 'v3', draft: 'yes' }, { status: 422 })
  await api.call(create, { tag_name: 'v3', target_commitish: 'nowhere' }, { status: 422 })

  await api.call(`GET ${releases}`, { per_page: 1 }, { status: 200 })
  await api.call(`GET ${releases}/{release_id}`, { release_id }, { status: 200 })
  await api.call(latest, {}, { status: 200 })
  const byTag = `GET ${releases}/tags/{tag}`
  await api.call(byTag, { tag: 'v1' }, { status: 200 })
  await api.call(byTag, { tag: 'v2/a' }, { status: 404 })
  const update = `PATCH ${releases}/{release_id}`
  await api.call(update, { release_id: Number(draft.body['id']), draft: false }, { status: 200 })
  await api.call(byTag, { tag: 'v2/a' }, { status: 200 })
  await api.call(update, { release_id, tag_name: 'v2/a' }, { status: 422 })
  await api.call(update, { release_id, make_latest: 'no' }, { status: 422 })

  await assetScenario(api, release_id)
  const remove = `DELETE ${releases}/{release_id}`
  await api.call(remove, { release_id }, { status: 204 })
  await api.call(remove, { release_id }, { status: 404 })
}

async function assetScenario(api: ConformanceApi, release_id: number): Promise<void> {
  const upload = async (parameters: Parameters, rawBody: string, status: number) =>
    await api.call(`POST ${releases}/{release_id}/assets`, { release_id, ...parameters }, { rawBody, status })
  const uploaded = await upload({ name: 'a b.txt', label: 'The file' }, 'bytes', 201)
  const asset_id = Number(uploaded.body['id'])
  await upload({ name: 'b.txt' }, 'bytes', 201)
  await upload({ name: 'a b.txt' }, 'bytes', 422)
  await upload({ name: 'empty' }, '', 422)
  await upload({}, 'bytes', 422)
  await api.call(`GET ${releases}/{release_id}/assets`, { release_id, per_page: 1 }, { status: 200 })
  const asset = `${releases}/assets/{asset_id}`
  await api.call(`GET ${asset}`, { asset_id }, { status: 200 })
  await api.call(`GET ${asset}`, { asset_id }, { status: 302, accept: octets })
  await api.call(`PATCH ${asset}`, { asset_id, name: 'c.txt', label: 'Another' }, { status: 200 })
  await api.call(`PATCH ${asset}`, { asset_id, name: 'b.txt' }, { status: 422 })
  await api.call(`PATCH ${asset}`, { asset_id, name: 1 }, { status: 422 })
  await api.call(`DELETE ${asset}`, { asset_id }, { status: 204 })
  await api.call(`DELETE ${asset}`, { asset_id }, { status: 404 })
}
