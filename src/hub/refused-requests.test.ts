import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Hono } from 'hono'
import type { HubEnv } from './context.ts'
import { reportRefusals } from './refused-requests.ts'

test('Refused requests are told at once, and then each kind at most once a minute with their number', async () => {
  const said: string[] = []
  let now = 1000
  const app = new Hono<HubEnv>()
  app.use(
    reportRefusals(
      () => now,
      line => said.push(line),
    ),
  )
  app.get('/open', c => c.body(null, 200))
  app.get('/page', c => c.html('', 401))
  app.get('/forbidden', c => c.body(null, 403))
  app.get('/missing', c => c.body(null, 404))
  app.all('*', c => c.body(null, 401))
  const ask = async (path: string, headers = { Authorization: 'Bearer x' }) =>
    await app.request(path, { headers })
  await app.request('/nobody')
  await ask('/open')
  await ask('/page')
  await ask('/missing')
  for (const path of ['/a', '/b', '/forbidden', '/c']) await ask(path)
  now += 60_000
  await ask('/d')
  assert.deepEqual(said, [
    'refused a request with a token that is not known there, or no longer (401); the last: GET /a',
    'refused a request with a token that may not do it (403); the last: GET /forbidden',
    'refused 3 requests with a token that is not known there, or no longer (401); the last: GET /d',
  ])
})
