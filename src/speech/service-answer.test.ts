import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readHeardText } from './service-answer.ts'

test('segments and words of verbose_json are put together, and the language becomes its code', () => {
  const heard = readHeardText(
    JSON.stringify({
      task: 'transcribe',
      language: 'english',
      duration: 4,
      text: 'Good morning. Hello.',
      segments: [
        { id: 0, start: 0, end: 2, text: ' Good morning.', avg_logprob: -0.2 },
        { id: 1, start: 2, end: 4, text: ' Hello.' },
      ],
      words: [
        { word: 'Good', start: 0.1, end: 0.5 },
        { word: 'morning', start: 0.5, end: 1.2 },
        { word: 'Hello', start: 2.1, end: 2.6 },
      ],
      usage: { seconds: 4, cost: 0.0005 },
    }),
  )
  assert.deepEqual(heard, {
    text: 'Good morning. Hello.',
    language: 'en',
    segments: [
      {
        start: 0,
        end: 2,
        text: 'Good morning.',
        words: [
          { start: 0.1, end: 0.5, text: 'Good' },
          { start: 0.5, end: 1.2, text: 'morning' },
        ],
      },
      { start: 2, end: 4, text: 'Hello.', words: [{ start: 2.1, end: 2.6, text: 'Hello' }] },
    ],
    usage: { seconds: 4, usd: 0.0005 },
  })
})

test('words may stand within their segment, as whisper-server has them', () => {
  const segment = { start: 0, end: 1, text: 'hi', words: [{ word: ' hi', start: 0, end: 0.9 }] }
  const heard = readHeardText(JSON.stringify({ text: 'hi', segments: [segment] }))
  assert.deepEqual(heard?.segments, [
    { start: 0, end: 1, text: 'hi', words: [{ start: 0, end: 0.9, text: 'hi' }] },
  ])
})

test('a language is read from whatever names it, and not guessed', () => {
  const language = (answer: object) => readHeardText(JSON.stringify({ text: '', ...answer }))?.language
  assert.equal(language({ language: 'German' }), 'de')
  assert.equal(language({ language: 'en-US' }), 'en')
  assert.equal(language({ languages: [{ code: 'fr' }] }), 'fr')
  assert.equal(language({ language: 'klingon' }), null)
  assert.equal(language({ language: 7 }), null)
})

test('what is no transcript is not read as one, and what is wrong in one is left out', () => {
  for (const body of ['', '{"text": "cut', 'null', '[]', '{"text": 1}', '<html>']) {
    assert.equal(readHeardText(body), null)
  }
  const odd = {
    text: 'x',
    segments: [null, { start: 'a', end: 1, text: 'x' }, { start: 3, end: 1, text: 'y' }],
  }
  assert.deepEqual(readHeardText(JSON.stringify(odd))?.segments, [{ start: 3, end: 3, text: 'y' }])
  const usage = { seconds: -1, cost: 'free' }
  assert.deepEqual(readHeardText(JSON.stringify({ text: 'x', usage }))?.usage, { seconds: null, usd: null })
})
