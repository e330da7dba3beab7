import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { reportStep, uploadStepLog } from '../../../test/support/reported-job.ts'
import { type HubFixture, startTestHub, testHubOptions } from '../../../test/support/running-hub.ts'
import { sealSecret } from '../../../test/support/sealed-secret.ts'

async function sealed(
  { json }: HubFixture,
  value: string,
): Promise<{ encrypted_value: string; key_id: string }> {
  const { body } = await json('/actions/secrets/public-key')
  return await sealSecret(value, body as { key: string; key_id: string })
}

async function put(fixture: HubFixture, name: string, value: string): Promise<number> {
  const body = JSON.stringify(await sealed(fixture, value))
  return (await fixture.request(`/actions/secrets/${name}`, { method: 'PUT', body })).status
}

test('A secret is put sealed, listed without its value, lies encrypted, and is deleted', async t => {
  const stateDir = testHubOptions(t).options.stateDir
  const fixture = await startTestHub(t, undefined, { stateDir })
  assert.equal(await put(fixture, 'api_key', 'open sesame'), 201)
  assert.equal(await put(fixture, 'API_KEY', 'open sesame, please'), 204)
  const { body } = await fixture.json('/actions/secrets')
  const { total_count: total, secrets } = body as { total_count: number; secrets: Record<string, string>[] }
  assert.equal(total, 1)
  assert.deepEqual(Object.keys(secrets[0] ?? {}), ['name', 'created_at', 'updated_at'])
  assert.equal(secrets[0]?.['name'], 'API_KEY')
  assert.equal(((await fixture.json('/actions/secrets/api_key')).body as { name: string }).name, 'API_KEY')
  assert.equal(statSync(join(stateDir, 'secrets.key')).mode & 0o777, 0o600)
  for (const file of ['hub.db', 'hub.db-wal']) {
    assert.equal(readFileSync(join(stateDir, file)).includes('sesame'), false, file)
  }
  assert.equal((await fixture.request('/actions/secrets/API_KEY', { method: 'DELETE' })).status, 204)
  assert.equal((await fixture.request('/actions/secrets/API_KEY', { method: 'DELETE' })).status, 404)
  assert.equal((await fixture.json('/actions/secrets/API_KEY')).status, 404)
})

test('What is no secret is refused', async t => {
  const fixture = await startTestHub(t)
  for (const name of ['1ST', 'GITHUB_TOKEN', 'with-dash', 'a'.repeat(101)]) {
    assert.equal(await put(fixture, name, 'x'), 422, name)
  }
  const good = await sealed(fixture, 'x')
  const bad = [
    {},
    { ...good, key_id: 'another' },
    { ...good, encrypted_value: 7 },
    { ...good, encrypted_value: 'no base64!' },
    { ...good, encrypted_value: Buffer.from('short').toString('base64') },
    { ...good, encrypted_value: Buffer.alloc(80).toString('base64') },
    await sealed(fixture, 'x'.repeat(48 * 1024 + 1)),
  ]
  for (const body of bad) {
    const answer = await fixture.request('/actions/secrets/S', { method: 'PUT', body: JSON.stringify(body) })
    assert.equal(answer.status, 422, JSON.stringify(body).slice(0, 80))
  }
})

test('Variables are created, listed, changed, renamed and deleted', async t => {
  const { json, request } = await startTestHub(t)
  const send = async (method: string, path: string, body: object): Promise<number> =>
    (await request(`/actions/variables${path}`, { method, body: JSON.stringify(body) })).status
  assert.equal(await send('POST', '', { name: 'where', value: 'here' }), 201)
  assert.equal(await send('POST', '', { name: 'WHERE', value: 'there' }), 409)
  assert.equal(await send('POST', '', { name: 'other', value: '' }), 201)
  assert.equal(await send('PATCH', '/WHERE', { value: 'there' }), 204)
  assert.equal(await send('PATCH', '/where', { name: 'OTHER' }), 409)
  assert.equal(await send('PATCH', '/where', { name: 'place' }), 204)
  assert.equal(await send('PATCH', '/where', { value: 'x' }), 404)
  assert.equal(((await json('/actions/variables/place')).body as { value: string }).value, 'there')
  const { body } = await json('/actions/variables?per_page=1')
  const { total_count: total, variables } = body as { total_count: number; variables: { name: string }[] }
  assert.deepEqual([total, variables.map(({ name }) => name)], [2, ['OTHER']])
  assert.equal((await request('/actions/variables/place', { method: 'DELETE' })).status, 204)
  assert.equal((await json('/actions/variables/place')).status, 404)
  for (const wrong of [{}, { name: 'a' }, { name: 'a b', value: '' }, { name: 'a', value: 1 }]) {
    assert.equal(await send('POST', '', wrong), 422, JSON.stringify(wrong))
  }
})

test("A job gets the repository's secrets, and its log is served without them", async t => {
  const fixture = await startTestHub(t)
  await put(fixture, 'PASS_PHRASE', 'öffne dich\nsofort')
  const id = await fixture.startEcho('hello')
  const job = await (await fixture.runner('mac', ['self-hosted', 'echo'])).takeJob()
  assert.deepEqual(job.message.variables['PASS_PHRASE'], { value: 'öffne dich\nsofort', isSecret: true })
  await reportStep(job, { id: 's1', name: 'Say öffne dich', status: 6, conclusion: 2 })
  await uploadStepLog(job, 's1', 'it is öffne dich, sofort!\n')
  await job.complete('succeeded')
  const { body } = await fixture.json(`/actions/runs/${id}/jobs`)
  const [shown] = (body as { jobs: { id: number; steps: { name: string }[] }[] }).jobs
  assert.equal(shown?.steps[0]?.name, 'Say ***')
  assert.equal(await (await fixture.request(`/actions/jobs/${shown?.id}/logs`)).text(), 'it is ***, ***!\n')
})
