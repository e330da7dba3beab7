import assert from 'node:assert/strict'
import { test } from 'node:test'
import { placesOf } from './result-places.ts'

const places = (...jobs: readonly (readonly [id: string, source: string | null, ending?: string])[]) =>
  placesOf(jobs.map(([id, source, ending = '.txt']) => ({ id, source, ending })))

test('A result lies under the name of its source, where no other has that', () => {
  assert.deepEqual(places(['j1', 'a.mp3'], ['j2', 'b.c.mp3'], ['j3', null], ['j4', 'pages', '']), [
    ...['a.txt', 'b.c.txt', 'j3.txt', 'pages'],
  ])
})

test('A name is as long as a disk takes it, with what tells it from the others', () => {
  const long = `${'é👍'.repeat(100)}.mp3`
  const [one = '', other = ''] = places(['j00000000001', long], ['j00000000002', long])
  assert.match(one, /(?:é|👍)-j00000000001\.txt$/)
  for (const name of [one, other]) {
    assert.ok(Buffer.byteLength(name) <= 255 && name.isWellFormed(), name)
  }
  const [alone = ''] = places(['j1', `${'x'.repeat(120)}.mp3`])
  assert.equal(alone, `${'x'.repeat(120)}.txt`)
})

test('Sources of one name have the ids of their jobs, also where a disk takes two names for one', () => {
  assert.deepEqual(places(['j1', 'a.mp3'], ['j2', 'A.wav'], ['j3', 'b.mp3']), [
    'a-j1.txt',
    'A-j2.txt',
    'b.txt',
  ])
  assert.deepEqual(places(['j1', 'é.mp3'], ['j2', 'e\u0301.mp3']), ['é-j1.txt', 'e\u0301-j2.txt'])
  // Their endings differ now, and may not when the next has ended.
  assert.deepEqual(places(['j1', 'a.mp3', '.txt'], ['j2', 'a.mp4', '.opus']), ['a-j1.txt', 'a-j2.opus'])
})

test('No two results have one place, however they are called', () => {
  const hostile = places(
    ['j1', 'a-j2.mp3'],
    ['j2', 'a.mp3'],
    ['j3', 'a.wav'],
    ['j4', 'x.mp3'],
    ['j5', 'x.txt.mp3', ''],
  )
  assert.equal(new Set(hostile).size, hostile.length)
  assert.deepEqual(places(['j1', 'j2.mp3'], ['j2', null]), ['j2-j1.txt', 'j2.txt'])
  for (const [name] of [places(['j1', '...mp3', '']), places(['j1', '-rf.mp3']), places(['j1', 'a/../b'])]) {
    assert.doesNotMatch(name ?? '', /^[.-]|\//)
  }
})
