import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attemptOfTitle, parseAttemptId } from './attempt-id.ts'

test('an attempt is known by its id, and its run by the end of the title', () => {
  assert.deepEqual(parseAttemptId('j4k2.12'), { job: 'j4k2', number: 12 })
  assert.deepEqual(attemptOfTitle('Transcribe [x.9] audio [j4k2.1]'), { job: 'j4k2', number: 1 })
})

test('a plain dispatch, and whatever else a run may be called, is no attempt', () => {
  for (const id of ['', 'd4k2', 'j4k2.', 'j4k2.0', 'j4k2.01', 'j.k.1', ' j4k2.1', 'j4k2.1\n', 'j4k2.1234567'])
    assert.equal(parseAttemptId(id), null, id)
  for (const title of ['', 'j4k2.1', '[d4k2]', '[j4k2.1] again', '[j4k2.1]]'])
    assert.equal(attemptOfTitle(title), null, title)
})
