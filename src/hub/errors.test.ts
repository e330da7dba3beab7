import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Hono } from 'hono'
import type { HubEnv } from './context.ts'
import { errorHandler, refuse } from './errors.ts'
import { stampAnswers } from './middleware.ts'

function makeApp(lines: string[]): Hono<HubEnv> {
  const app = new Hono<HubEnv>()
  app.use(stampAnswers({ instanceId: 'i' }))
  app.onError(errorHandler(line => lines.push(line)))
  app.get('/broken', () => {
    throw new Error('the disk\nis full at /secret/path')
  })
  app.get('/refused', () => refuse(422, 'No.'))
  return app
}

test('A failure of the hub is one line for the operator and an id for the client', async () => {
  const lines: string[] = []
  const answer = await makeApp(lines).request('/broken')
  const body = await answer.text()
  const requestId = answer.headers.get('X-GitHub-Request-Id') ?? ''
  assert.equal(answer.status, 500)
  assert.ok(requestId !== '' && body.includes(requestId))
  assert.doesNotMatch(body, /disk|secret| at /)
  assert.deepEqual(lines, [`GET /broken failed (request ${requestId}): the disk is full at /secret/path`])
})

test('A refusal is GitHub’s error body and no line', async () => {
  const lines: string[] = []
  const answer = await makeApp(lines).request('/refused')
  assert.deepEqual(await answer.json(), {
    message: 'No.',
    documentation_url: 'https://docs.github.com/rest',
    status: '422',
  })
  assert.equal(answer.status, 422)
  assert.deepEqual(lines, [])
})
