import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeDesk } from '../support/relayq-process.ts'

const workflow = join(import.meta.dirname, '..', '..', '.github', 'workflows', 'transcribe_audio.yml')
const url = 'url=http://127.0.0.1:1/a.mp3'

test('submit prints exactly the id, finds its job again, and every verb takes it', async t => {
  const desk = makeDesk(t, { 'transcribe_audio.yml': readFileSync(workflow, 'utf8') })
  assert.equal((await desk.relayq(['up', '--detach', '--runner', 'far=away'])).code, 0)

  const planned = await desk.relayq(['submit', 'transcribe', url, '--dry-run'])
  assert.deepEqual([planned.code, planned.stdout], [0, ''])
  const submitted = await desk.relayq(['submit', 'transcribe', url])
  assert.match(submitted.stdout, /^j[0-9a-z]{11}\n$/, submitted.stderr)
  const id = submitted.stdout.trim()
  const again = await desk.relayq(['submit', 'transcribe', url])
  assert.equal(again.stdout, submitted.stdout)
  assert.match(again.stderr, /same job is queued; --new/)
  const other = await desk.relayq(['submit', 'transcribe', url, '--new', '--json', 'id,kind'])
  assert.notEqual(JSON.parse(other.stdout).id, id)
  assert.equal(JSON.parse(other.stdout).kind, 'transcribe')

  const listed = await desk.relayq(['list', '--json', 'id,state'])
  assert.equal(JSON.parse(listed.stdout).length, 2)
  const { url: page } = JSON.parse((await desk.relayq(['list', '--limit', '1', '--json', 'url'])).stdout)[0]
  assert.match(page, /actions.runs.2$/)
  assert.match((await desk.relayq(['view', id])).stdout, /queued/)
  assert.match((await desk.relayq(['route', 'transcribe', url])).stdout, /\S/)
  assert.equal((await desk.relayq(['wait', id, '--timeout', '0'])).code, 5)
  assert.equal((await desk.relayq(['result', id])).code, 5)
  assert.match((await desk.relayq(['cancel', id])).stderr, /is cancelled/)
  assert.equal((await desk.relayq(['wait', id])).code, 3)
  assert.equal((await desk.relayq(['result', id])).code, 3)
  assert.match((await desk.relayq(['cancel', id])).stderr, /over already/)
})
