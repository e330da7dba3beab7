import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Hono } from 'hono'
import type { HubEnv } from './context.ts'
import { reportRefusedTokens } from './refused-tokens.ts'

test('Refused tokens are told at once, and then at most once a minute with their number', async () => {
  const said: string[] = []
  let now = 1000
  const app = new Hono<HubEnv>()
  app.use(
    reportRefusedTokens(
      () => now,
      line => said.push(line),
    ),
  )
  app.get('/open', c => c.body(null, 200))
  app.get('/page', c => c.html('', 401))
  app.all('*', c => c.body(null, 401))
  const ask = async (path: string, headers = { Authorization: 'Bearer x' }) =>
    await app.request(path, { headers })
  await app.request('/nobody')
  await ask('/open')
  await ask('/page')
  for (const path of ['/a', '/b', '/c']) await ask(path)
  now += 60_000
  await ask('/d')
  assert.deepEqual(said, [
    'a request with a token that is not known there, or no longer; the last: GET /a',
    '3 requests with a token that is not known there, or no longer; the last: GET /d',
  ])
})
