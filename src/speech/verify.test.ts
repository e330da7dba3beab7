import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomFrom } from '../../test/support/random.ts'
import { findRepetitions } from './repetition.ts'
import { type Heard, verifyTranscript } from './verify.ts'

const sentences = [
  'the train to london leaves from platform number seven at noon',
  'many people believe that music can improve their memory',
  'he walked to the market to buy fresh bread and some cheese',
  'i would like to thank everyone who helped us finish this project',
  'the old doctor was talking about a small house near the river',
  'before the summer our company will remember the new building',
  'on the other side of the city there is a good hotel by the sea',
  'my father has written about the school in the north next week',
]

/** So many seconds of talk, a sentence every five, with the pauses between them. */
function talk(durationSeconds: number, change: Partial<Heard> = {}): Heard {
  const count = Math.floor(durationSeconds / 5)
  const segments = Array.from({ length: count }, (_, index) => ({
    start: index * 5 + 0.2,
    end: index * 5 + 4.6,
    text: sentences[index % sentences.length] ?? '',
  }))
  const silences = segments.map(({ end }) => ({ start: end, end: end + 0.6 }))
  const languages = { language: 'en', askedLanguage: 'en' }
  return { durationSeconds, claimedSeconds: durationSeconds, silences, segments, ...languages, ...change }
}

function found(heard: Heard): string[] {
  return verifyTranscript(heard).map(
    ({ kind, start, end, severity }) => `${severity} ${kind} ${start}-${end}`,
  )
}

test('an ordinary talk raises no doubt, whatever its length', () => {
  for (const length of [0, 5, 15, 100, 3600]) assert.deepEqual(found(talk(length)), [])
})

test('sound without words is noticed, and a longer stretch is a doubt; silence without words is neither', () => {
  const { segments, silences } = talk(300)
  const without = (from: number, to: number) => segments.filter(({ start }) => start < from || start >= to)
  assert.deepEqual(found(talk(300, { segments: without(100, 110) })), ['note unheard 99.6-110.2'])
  assert.deepEqual(found(talk(300, { segments: without(100, 130) })), ['doubt unheard 99.6-130.2'])
  assert.deepEqual(found(talk(300, { segments: [] })), ['doubt unheard 0-300'])
  const quiet = [...silences.filter(({ end }) => end < 100), { start: 99.6, end: 130 }, ...silences.slice(26)]
  assert.deepEqual(found(talk(300, { segments: without(100, 130), silences: quiet })), [])
  const [finding] = verifyTranscript(talk(300, { segments: without(100, 130) }))
  assert.equal(finding?.message, 'From 0:01:40 to 0:02:10 there are 26 s of sound without a word.')
})

test('an engine that repeats itself is caught, by segments and within one', () => {
  const loop = talk(120)
  const repeated = loop.segments.map((segment, index) =>
    index > 9 && index < 16 ? { ...segment, text: 'Thanks for watching!' } : segment,
  )
  assert.deepEqual(found({ ...loop, segments: repeated }), ['doubt loop 50.2-79.6'])
  const [told] = verifyTranscript({ ...loop, segments: repeated })
  // It may have been said so: the message claims no more than is known.
  assert.match(told?.message ?? '', /^From 0:00:50 to 0:01:20 the same words come again and again, as when/)
  const [first, ...rest] = loop.segments
  assert.ok(first)
  const stuck = { ...first, text: 'and so on '.repeat(5) }
  assert.deepEqual(found({ ...loop, segments: [stuck, ...rest] }), ['doubt loop 0.2-4.6'])
})

test('what people do say several times is no loop', () => {
  const words = (text: string) => text.split(' ').map((word, at) => ({ start: at, end: at + 1, text: word }))
  assert.deepEqual(findRepetitions(words('no no no no i said no no no')), [])
  assert.deepEqual(findRepetitions(words('let it be let it be let it be whisper words of wisdom')), [])
})

test('text that is far too easy to compress is a loop, however it varies', () => {
  const text = Array.from({ length: 40 }, (_, index) => `subtitles by the community ${index % 3}`).join(' ')
  const words = text.split(' ').map((word, at) => ({ start: at, end: at + 1, text: word }))
  assert.equal(findRepetitions(words).length, 1)
})

test('nobody says five hundred words in a minute, and hardly anyone six', () => {
  const random = randomFrom(1)
  const heard = talk(60)
  const hasty = heard.segments.map(segment => ({
    ...segment,
    text: Array.from({ length: 45 }, () => random().toString(36).slice(2, 9)).join(' '),
  }))
  assert.deepEqual(found({ ...heard, segments: hasty }), ['doubt pace 0-60'])
  const slow = heard.segments.map((segment, index) => ({ ...segment, text: `um${index}` }))
  assert.deepEqual(found({ ...heard, segments: slow }), ['note pace 0-60'])
  const chinese = heard.segments.map(segment => ({
    ...segment,
    text: '我想感谢所有帮助我们完成这个项目的人们今天在这里',
  }))
  const different = chinese.map((segment, index) => ({
    ...segment,
    text: segment.text.slice(index % 8) + index,
  }))
  assert.deepEqual(found({ ...heard, segments: different, language: 'zh', askedLanguage: 'zh' }), [])
})

test('another language than the one asked for is a doubt, by its name or by its letters', () => {
  assert.deepEqual(found(talk(60, { language: 'nl' })), ['doubt language 0-60'])
  assert.deepEqual(found(talk(60, { language: 'nl', askedLanguage: null })), [])
  assert.deepEqual(found(talk(60, { language: 'ru', askedLanguage: 'ru' })), ['doubt language 0-60'])
})

test('a file that claims more than could be decoded is a doubt', () => {
  const [finding] = verifyTranscript(talk(60, { claimedSeconds: 3_600_000 }))
  assert.deepEqual([finding?.kind, finding?.severity, finding?.start], ['cut_off', 'doubt', 60])
  assert.deepEqual(found(talk(60, { claimedSeconds: null })), [])
})
