import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resultName } from './result-name.ts'

const names = (...sources: readonly string[]) => sources.map(source => resultName(source, 'opus'))

test('a result is named after its source, wherever that came from', () => {
  assert.deepEqual(
    names('talk.mp3', '/nas/audio/my talk.part 2.wav', 'https://example.com/a/Caf%C3%A9.mp4'),
    ['talk.opus', 'my talk.part 2.opus', 'Café.opus'],
  )
  assert.deepEqual(names('release v1.2 notes', 'https://example.com/show'), [
    'release v1.2 notes.opus',
    'show.opus',
  ])
})

test('a name that would lead elsewhere, hide something or be no name at all is made harmless', () => {
  const wanted: Readonly<Record<string, string>> = {
    '': 'output.opus',
    '...mp3': 'output.opus',
    'https://example.com/': 'output.opus',
    'https://example.com/..%2F..%2Fetc%2Fpasswd': '_.._etc_passwd.opus',
    'https://example.com/%E0%A4%A': '%E0%A4%A.opus',
    '-rf.mp3': 'rf.opus',
    'a:b|c*"?<d>\n.mp3': 'a_b_c____d__.opus',
    'song\u202Egpm.mp3': 'song_gpm.opus',
  }
  for (const [source, name] of Object.entries(wanted)) assert.equal(resultName(source, 'opus'), name, source)
  assert.equal(Buffer.byteLength(resultName(`${'é'.repeat(300)}.mp3`, 'opus')), 205)
  assert.ok(resultName('\uD800.mp3', 'opus').isWellFormed())
})
