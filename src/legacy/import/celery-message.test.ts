import assert from 'node:assert/strict'
import { test } from 'node:test'
import recorded from '../fixtures/celery.json' with { type: 'json' }
import { readCeleryMessage } from './celery-message.ts'
import { mapTask } from './map-task.ts'

/** When the messages were recorded, from Celery 5.2.6 with kombu 5.2.4. */
const then = Date.parse('2026-11-26T00:45:00Z')

/** The first path or address in a message's arguments, and what becomes of it. */
function read(raw: string, now = then): string {
  const { task, problem, notBefore } = readCeleryMessage(raw, now)
  if (!task) return `${problem}`
  const mapped = mapTask(task, [])
  if (mapped.kind === 'unmapped') return mapped.reason
  const { path, url, model, format } = mapped.inputs
  return [path ?? url, model ?? format, notBefore].filter(part => part !== null).join(' ')
}

test('messages of Celery are read, of both protocols', () => {
  const said = recorded.lists.celery.map(raw => read(raw)).toReversed()
  assert.deepEqual(said, [
    '/nas/audio/talk.mp3 base',
    '"echo" is no script of jobs/: put the command into jobs/ as a script, and submit that',
    '/a.mp4 mp4',
    '/nas/audio/later.mp3 base 2026-11-26T01:45:06.201474+00:00',
    'its arguments are application/x-python-serialize, which is not read: it could run code',
    '/nas/audio/exp.mp3 base',
    'its arguments are compressed',
    'other tasks hang on it (chain)',
    '/nas/audio/one.mp3 small',
    '/nas/audio/one.mp3 small 2026-11-26T02:45:22.824050+00:00',
    'https://example.com/two.mp3 base',
  ])
})

test('a message that is too late is not wanted any more', () => {
  const expiring = recorded.lists.celery.find(raw => raw.includes('"expiration"')) ?? ''
  assert.match(read(expiring, then + 60_000), /^it expired at 2026-11-26T00:45:16/)
})

test('every message bears the id of its task', () => {
  for (const raw of recorded.lists.celery) {
    assert.match(readCeleryMessage(raw, then).id ?? '', /^[0-9a-f]{8}-[0-9a-f-]{27}$/)
  }
})

test('whatever else lies in a list is no message, and no fault', () => {
  for (const raw of ['', '{', '[]', 'null', '{"body": 3}', '{"content-type": "application/json"}']) {
    assert.equal(readCeleryMessage(raw, then).task, null, raw)
  }
  const noPair = {
    headers: { task: 'relayq.transcribe_audio' },
    'content-type': 'application/json',
    body: '7',
  }
  assert.match(readCeleryMessage(JSON.stringify(noPair), then).problem ?? '', /not \[args, kwargs, embed\]/)
})
