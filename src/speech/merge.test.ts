import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomFrom } from '../../test/support/random.ts'
import { type HeardChunk, inRecordingTime, mergeChunks, replaceWithin } from './merge.ts'
import { type Chunk, planChunks } from './split.ts'
import type { Word } from './transcript.ts'

const vocabulary = ['the', 'river', 'ran', 'to', 'the', 'sea', 'and', 'and', 'we', 'followed', 'it']

function talk(random: () => number, count: number, known: readonly string[] = vocabulary): Word[] {
  let at = 0
  return Array.from({ length: count }, () => {
    const start = at + 0.05 + random() * 0.1
    const end = start + 0.12 + random() * 0.4
    at = end + (random() < 0.15 ? random() * 0.8 : 0)
    return { start, end, text: known[Math.floor(random() * known.length)] ?? 'the' }
  })
}

/** What an engine that mishears nothing makes of a chunk: whole words only, its clock a little off, segments as it likes. */
function hear(words: readonly Word[], chunk: Chunk, random: () => number): HeardChunk {
  const shift = chunk.padding - chunk.heardFrom
  const heard = words
    .filter(({ start, end }) => start >= chunk.heardFrom && end <= chunk.heardTo)
    .map(word => {
      const off = (random() - 0.5) * 0.08
      return { ...word, start: word.start + shift + off, end: word.end + shift + off }
    })
  const segments: { start: number; end: number; text: string; words: Word[] }[] = []
  for (let from = 0; from < heard.length; ) {
    const part = heard.slice(from, from + 1 + Math.floor(random() * 12))
    segments.push(segmentOf(part))
    from += part.length
  }
  return { chunk, segments }
}

function segmentOf(words: Word[]) {
  const text = words.map(word => word.text).join(' ')
  return { start: words[0]?.start ?? 0, end: words.at(-1)?.end ?? 0, text, words }
}

/** As an engine heard them: in the time of what it was given. */
function mergeHeard(heard: readonly HeardChunk[]) {
  return mergeChunks(
    heard.map(({ chunk, segments }) => ({ chunk, segments: inRecordingTime(segments, chunk) })),
  )
}

function textOf(segments: readonly { readonly text: string }[]): string {
  return segments.map(({ text }) => text).join(' ')
}

test('chunks of a known transcript give it back, whatever the splits, the order and the repetitions', () => {
  const limits = { leastSeconds: 5, mostSeconds: 25, parallel: 4, memoryMb: 1 }
  let hardCuts = 0
  for (let seed = 0; seed < 300; seed++) {
    const random = randomFrom(seed)
    const words = talk(random, 20 + Math.floor(random() * 300))
    const durationSeconds = (words.at(-1)?.end ?? 0) + 0.5
    const silences = words.flatMap((word, index) => {
      const next = words[index + 1]?.start ?? durationSeconds
      return next - word.end > 0.3 && random() < 0.5 ? [{ start: word.end, end: next }] : []
    })
    const quietestMoment = (from: number, to: number) => from + random() * (to - from)
    const chunks = planChunks({ durationSeconds, silences, quietestMoment }, limits, 2)
    hardCuts += chunks.filter(({ start, heardFrom }) => heardFrom < start).length
    const heard = chunks.map(chunk => hear(words, chunk, random))

    const merged = mergeHeard(heard)
    assert.equal(textOf(merged), textOf(words), `seed ${seed}`)
    const again = [...heard, ...heard].sort(() => random() - 0.5)
    assert.deepEqual(mergeHeard(again), merged)
    const whole = {
      index: 0,
      start: 0,
      end: durationSeconds,
      heardFrom: 0,
      heardTo: durationSeconds,
      padding: 0,
    }
    assert.deepEqual(mergeHeard([{ chunk: whole, segments: merged }]), merged)
  }
  assert.ok(hardCuts > 100, 'cuts through sound were among them')
})

const left: Chunk = { index: 0, start: 0, end: 10, heardFrom: 0, heardTo: 11, padding: 0.3 }
const right: Chunk = { index: 1, start: 10, end: 20, heardFrom: 9, heardTo: 20, padding: 0.3 }

test('times become those of the recording, and stay within what was heard', () => {
  const segments = [{ start: 0, end: 1.3, text: 'over' }]
  const chunk = { ...right, heardFrom: 10 }
  assert.deepEqual(mergeHeard([{ chunk, segments }]), [{ start: 10, end: 11, text: 'over' }])
})

/** The text of two sentences without word times that meet at the cut; `from`: when the second begins, in its own chunk's time. */
function acrossTheCut(before: string, after: string, from = 0.3): string {
  const heard = [
    { chunk: left, segments: [{ start: 7.3, end: 11.3, text: before }] },
    { chunk: right, segments: [{ start: from, end: 5.3, text: after }] },
  ]
  return textOf(mergeHeard(heard))
}

test('segments without word times lose and double nothing at a cut through sound', () => {
  const merged = acrossTheCut('we went down to the river bank', 'the river bank, and swam.', 0.5)
  assert.equal(merged, 'we went down to the river bank, and swam.')
})

test('segments that end elsewhere on the two sides of a cut lose and double nothing', () => {
  const heard = [
    {
      chunk: left,
      segments: [
        { start: 4.3, end: 9.6, text: 'We went down the hill' },
        { start: 9.6, end: 11.3, text: 'to the river bank' },
      ],
    },
    {
      chunk: right,
      segments: [
        { start: 0.3, end: 2.1, text: 'hill to the river' },
        { start: 2.1, end: 5.3, text: 'bank, and swam.' },
      ],
    },
  ]
  assert.equal(textOf(mergeHeard(heard)), 'We went down the hill to the river bank, and swam.')
})

test('the last word before a cut is not doubled where the next words differ', () => {
  const merged = acrossTheCut('we went down to the river ba', 'nto the river bank, and swam.')
  assert.equal(merged, 'we went down to the river bank, and swam.')
})

test('a cut through a language without spaces doubles nothing', () => {
  const merged = acrossTheCut('今日は山の天気の話です', '天気の話です。雨が三日降りました。')
  assert.equal(merged.replaceAll(' ', ''), '今日は山の天気の話です。雨が三日降りました。')
})

test('of a word that is said twice in a quarter of a second both are kept, and no third', () => {
  const words = [
    { start: 9.6, end: 9.71, text: 'no' },
    { start: 9.71, end: 9.82, text: 'no' },
  ]
  const segments = [{ start: 9.6, end: 9.82, text: 'no no', words }]
  assert.equal(textOf(mergeChunks([left, right].map(chunk => ({ chunk, segments })))), 'no no')
})

test('cuts through sound between segments without word times hardly ever lose or double a word', () => {
  const names = Array.from({ length: 400 }, (_, index) => `word${index}`)
  const limits = { leastSeconds: 5, mostSeconds: 25, parallel: 4, memoryMb: 1 }
  let cuts = 0
  const wrong: number[] = []
  for (let seed = 0; seed < 300; seed++) {
    const random = randomFrom(seed)
    const words = talk(random, 60 + Math.floor(random() * 200), names)
    const durationSeconds = (words.at(-1)?.end ?? 0) + 0.5
    const quietestMoment = (from: number, to: number) => from + random() * (to - from)
    const chunks = planChunks({ durationSeconds, silences: [], quietestMoment }, limits, 2)
    cuts += chunks.length - 1
    const heard = chunks.map(chunk => {
      const { segments } = hear(words, chunk, random)
      return { chunk, segments: segments.map(({ start, end, text }) => ({ start, end, text })) }
    })
    if (textOf(mergeHeard(heard)) !== textOf(words)) wrong.push(seed)
  }
  assert.ok(cuts > 1000, `${cuts} cuts`)
  assert.ok(wrong.length <= 3, `${wrong.length} of ${cuts} cuts, seeds ${wrong}`)
})

test('of a segment without word times that reaches over the edge of a replaced span, the words outside stay', () => {
  const segments = [
    { start: 0, end: 6, text: 'one two three four five six' },
    { start: 6, end: 12, text: 'six six six six six six' },
    { start: 12, end: 18, text: 'seven eight nine ten eleven twelve' },
  ]
  const replaced = replaceWithin(segments, { start: 5.1, end: 14.4 }, [{ start: 5.2, end: 14, text: '-' }])
  assert.equal(textOf(replaced), 'one two three four five - nine ten eleven twelve')
})

test('a word cut in two on one side is taken whole from the other', () => {
  const heard = [
    {
      chunk: left,
      segments: [
        {
          start: 9.5,
          end: 11.3,
          text: 'a bright mo',
          words: [
            { start: 9.5, end: 9.7, text: 'a' },
            { start: 9.9, end: 10.25, text: 'bright' },
            { start: 10.9, end: 11.3, text: 'mo' },
          ],
        },
      ],
    },
    {
      chunk: right,
      segments: [
        {
          start: 0.3,
          end: 2.6,
          text: 'ah bright morning',
          words: [
            { start: 0.3, end: 0.6, text: 'ah' },
            { start: 0.92, end: 1.27, text: 'bright' },
            { start: 1.9, end: 2.6, text: 'morning' },
          ],
        },
      ],
    },
  ]
  assert.equal(textOf(mergeHeard(heard)), 'a bright morning')
})

/** The texts of two chunks with a cut through sound at 100 s, each segment as `[start, end, text]` in the time of the recording. */
function mergeAtHundred(before: [number, number, string][], after: [number, number, string][]): string[] {
  const chunks = [
    { index: 0, start: 90, end: 100, heardFrom: 90, heardTo: 101, padding: 0.3 },
    { index: 1, start: 100, end: 110, heardFrom: 99, heardTo: 110, padding: 0.3 },
  ]
  const heard = chunks.map((chunk, index) => ({
    chunk,
    segments: (index === 0 ? before : after).map(([start, end, text]) => ({ start, end, text })),
  }))
  return mergeChunks(heard).map(({ text }) => text)
}

test('of a segment that is of no length no word is lost beside those that both chunks heard', () => {
  const merged = mergeAtHundred(
    [[95, 101, 'one two three four and so']],
    [
      [99, 99, 'four and so we go'],
      [99, 104, 'to the house'],
    ],
  )
  assert.equal(merged.join(' '), 'one two three four and so we go to the house')
})

test('one word that both sides have a second apart is chance, and the cut stays where it was', () => {
  const merged = mergeAtHundred(
    [[95, 100, 'and we told you of the boat that came from the sea']],
    [[99.5, 104, 'see and the man on the shore was waving at it']],
  )
  assert.deepEqual(merged, [
    'and we told you of the boat that came from the sea',
    'and the man on the shore was waving at it',
  ])
})

test('marks alone are no words that both sides heard', () => {
  const word = (start: number, text: string) => ({ start: start - 0.3, end: start - 0.1, text })
  const dash = word(11, '-')
  const heard = [
    { chunk: left, segments: [segmentOf([word(9.8, 'in'), word(10.1, 'the'), word(10.6, 'mo'), dash])] },
    { chunk: right, segments: [segmentOf([word(10.6, 'morning'), dash, word(11.4, 'early')])] },
  ]
  assert.equal(textOf(mergeChunks(heard)), 'in the morning - early')
})

test('a mark that stands alone goes with the word it belongs to', () => {
  const cut = (text: string, end: number) =>
    textOf(replaceWithin([{ start: 0, end: text.length, text }], { start: end, end: 100 }, []))
  assert.equal(cut('she said « oui » then', 9), 'she said')
  assert.equal(cut('she said - then', 10), 'she said -')
  assert.equal(cut('今日は「山」の話です', 4), '今日は')
})

test('words of which a mark is part are not cut, and what opens a word stays with it', () => {
  for (const word of ['mother-in-law', 'AT&T', 'ann@example.org', '¿quién', '(perhaps', '«oui»']) {
    const text = `we asked ${word} there`
    const segments = [{ start: 0, end: text.length, text }]
    for (let at = 9; at <= 9 + word.length; at++) {
      const before = textOf(replaceWithin(segments, { start: at, end: 100 }, []))
      const after = textOf(replaceWithin(segments, { start: 0, end: at }, []))
      assert.equal(`${before} ${after}`, text)
      assert.ok(['we asked', `we asked ${word}`].includes(before), before)
    }
  }
})

test('a text without spaces is cut between words, also where a space is between its sentences', () => {
  const text = '今日は山の話です。 雨が三日降りました'
  const segments = [{ start: 0, end: text.length, text }]
  assert.equal(textOf(replaceWithin(segments, { start: 4, end: 100 }, [])), '今日は山')
  assert.equal(textOf(replaceWithin(segments, { start: 0, end: 12 }, [])), '三日降りました')
})

test('what is left of a segment with word times has spaces only where its text had some', () => {
  const words = ['今日', 'は', '山', 'です'].map((text, index) => ({ start: index, end: index + 1, text }))
  const segments = [{ ...segmentOf(words), text: '今日は山です' }]
  assert.equal(textOf(replaceWithin(segments, { start: 2, end: 4 }, [])), '今日は')
})
