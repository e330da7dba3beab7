import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allPages, allPassages, passagesOf, readPage } from './support/pages/passages.ts'
import { findRepeatedCode, findRepeats, type Repeat } from './support/pages/repeats.ts'

/** What two pages say on purpose, and why. */
const allowed: readonly { readonly words: string; readonly why: string }[] = []

const isAllowed = ({ words }: Repeat) => allowed.some(one => words.includes(one.words))
const told = ({ words, places }: Repeat) => `${places.join(' and ')}: ${words}`

test('no page says what another says: say it once, and link to it', () => {
  const repeats = [
    ...findRepeats(allPassages()),
    ...findRepeatedCode(allPages.map(page => ({ page, text: readPage(page) }))),
  ]
  assert.deepEqual(repeats.filter(repeat => !isAllowed(repeat)).map(told), [])
  assert.deepEqual(
    allowed.filter(({ words }) => !repeats.some(repeat => repeat.words.includes(words))),
    [],
    'what is allowed is still said twice',
  )
})

test('a sentence, a run of words and lines of code that stand on two pages are told', () => {
  const on = (page: string, text: string) => passagesOf(page, text)
  const sentence = 'A retry goes on where the last stopped.'
  const repeats = findRepeats([
    ...on('A.md', `# Title of both pages here\n\nFirst this. ${sentence}\n`),
    ...on(
      'B.md',
      `# Title of both pages here\n\n- **Before it**: another thing. A *retry* goes on\n  where the [last](c.md) stopped.\n`,
    ),
  ])
  assert.deepEqual(repeats.map(told), ['A.md:3 and B.md:3: a retry goes on where the last stopped'])
  const run = 'one two three four five six seven eight nine ten eleven twelve'
  assert.equal(findRepeats([...on('A.md', `so ${run} thirteen`), ...on('B.md', `but ${run} and`)]).length, 1)
  assert.equal(
    findRepeats([...on('A.md', `so ${run.slice(4)} thirteen`), ...on('B.md', `but ${run} and`)]).length,
    0,
  )
  assert.equal(findRepeats(on('A.md', `${sentence}\n\n${sentence}\n`)).length, 0, 'of one page')
  const code = '```sh\nrelayq up\n\nrelayq list\nrelayq down\n```\n'
  assert.equal(
    findRepeatedCode([
      { page: 'A.md', text: code },
      { page: 'B.md', text: `# B\n\n${code}` },
    ]).length,
    1,
  )
})
