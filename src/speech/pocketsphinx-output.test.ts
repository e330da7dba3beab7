import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ContinuousReader, readLiveLine, splitAtGaps } from './pocketsphinx-output.ts'

function readContinuous(output: string) {
  const utterances: unknown[] = []
  const reader = new ContinuousReader(utterance => utterances.push(utterance))
  for (const line of output.split('\n')) reader.line(line)
  reader.end()
  return utterances
}

test('an utterance of 0.8 is its words, without marks, noises and variants', () => {
  const output = `the new day
<s> 0.090 0.150 0.999200
the 0.160 0.280 0.614678
<sil> 0.290 0.400 0.9
new(2) 0.410 0.600 1.000300
++NOISE++ 0.610 0.700 0.5
[SPEECH] 0.700 0.710 0.5
day 0.720 0.900 0.25
</s> 0.910 1.000 1.000000
and`
  assert.deepEqual(readContinuous(output), [
    {
      start: 0.16,
      end: 0.9,
      text: 'the new day',
      words: [
        { start: 0.16, end: 0.28, text: 'the', p: 0.614678 },
        { start: 0.41, end: 0.6, text: 'new', p: 1 },
        { start: 0.72, end: 0.9, text: 'day', p: 0.25 },
      ],
    },
  ])
})

test('an output that breaks off keeps the words that came, and silence gives nothing', () => {
  assert.equal(readContinuous('yes\n<s> 0.1 0.2 1.0\nyes 0.2 0.4 0.9').length, 1)
  assert.deepEqual(readContinuous('\n<s> 0.1 0.2 1.0\n<sil> 0.2 0.4 0.9\n</s> 0.4 0.5 1.0\n'), [])
})

test('a line of 5.x is one utterance, and anything else is none', () => {
  const line =
    '{"b":0.21,"d":1.5,"p":0.0,"t":"go on","w":[{"b":0.21,"d":0.1,"p":1,"t":"<s>"},{"b":0.31,"d":0.4,"p":0.9,"t":"go"},{"b":0.8,"d":0.5,"p":0.8,"t":"on(2)"}]}'
  const utterance = readLiveLine(line)
  assert.equal(utterance?.text, 'go on')
  assert.equal(utterance?.start, 0.31)
  assert.equal(utterance?.end, 1.3)
  for (const other of ['', 'INFO: x', '{}', '{"w":"x"}', '{"w":[]}', '{"w":[{"t":"a"}]}']) {
    assert.equal(readLiveLine(other), null)
  }
})

test('a long utterance is split where the speaker breathes, into lines of two seconds or more', () => {
  const word = (start: number, text: string) => ({ start, end: start + 0.9, text })
  const words = [word(0, 'we'), word(1.2, 'went'), word(2.1, 'down'), word(3.2, 'to'), word(4.1, 'it')]
  assert.deepEqual(
    splitAtGaps(words).map(({ start, end, text }) => ({ start, end, text })),
    [
      { start: 0, end: 3, text: 'we went down' },
      { start: 3.2, end: 5, text: 'to it' },
    ],
  )
  assert.deepEqual(splitAtGaps([]), [])
})
