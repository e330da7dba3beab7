import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Desk, makeDesk } from '../support/relayq-process.ts'
import { rememberJob } from '../support/remembered-job.ts'

const shows = 'https://example.com/shows'

/** A batch as it is in the middle: three are done, two of them of one name, and one failed. */
function rememberBatch(desk: Desk): void {
  const of = (url: string) => ({ inputs: { url }, batch: 'shows' })
  rememberJob(desk, 'jone', { ...of(`${shows}/a.mp3?token=s3cret`), files: { txt: 'one\n', srt: '1\n' } })
  rememberJob(desk, 'jtwo', { ...of(`${shows}/b.mp3`), files: { txt: 'two', srt: '2\n' } })
  rememberJob(desk, 'jthree', { ...of(`${shows}/old/b.mp3`), files: { txt: 'three\n', srt: '3\n' } })
  const error = { code: 'engine_missing', message: 'there is no engine', hint: 'Install one.' }
  rememberJob(desk, 'jbad', { ...of(`${shows}/bad.mp3`), files: {}, error })
}

/** What lies in a folder of the checkout. */
function contents(desk: Desk, folder: string): Readonly<Record<string, string>> {
  const place = join(desk.checkout, folder)
  return Object.fromEntries(
    readdirSync(place)
      .toSorted()
      .map(name => [name, readFileSync(join(place, name), 'utf8')]),
  )
}

test('result takes several jobs or a batch, and puts each into a folder under the name of its source', async t => {
  const desk = makeDesk(t)
  rememberBatch(desk)
  const saved = await desk.relayq(['result', '--batch', 'shows', '-o', 'texts'])
  assert.deepEqual(contents(desk, 'texts'), {
    ...{ 'a.txt': 'one\n', 'b-jthree.txt': 'three\n', 'b-jtwo.txt': 'two' },
  })
  assert.deepEqual([saved.code, saved.stdout], [75, ''], saved.stderr)
  assert.match(saved.stderr, /^relayq: jbad failed: there is no engine\n {2}Install one\.$/m)
  assert.match(saved.stderr, /^relayq: 3 results written to .*\/texts$/m)
  assert.equal(saved.stderr.match(/as last known/g)?.length, 1)

  const again = await desk.relayq(['result', 'jone', 'jone.1', 'jtwo', '-f', 'srt', '-o', 'texts'])
  assert.equal(again.code, 0, again.stderr)
  assert.deepEqual([contents(desk, 'texts')['a.srt'], contents(desk, 'texts')['b.srt']], ['1\n', '2\n'])
  const over = await desk.relayq(['result', 'jone', 'jtwo', '-f', 'srt', '-o', 'texts'])
  assert.match(over.stderr, /^relayq: written over the file that was there: .*\/texts\/a\.srt$/m)
  const whole = await desk.relayq(['result', 'jone', 'jbad', '--json', '-o', 'texts'])
  assert.deepEqual(
    [whole.code, JSON.parse(contents(desk, 'texts')['bad.json'] ?? '').error.code],
    [0, 'engine_missing'],
  )
})

test('result prints several one after the other, each under its name, and refuses what is not printed', async t => {
  const desk = makeDesk(t)
  rememberBatch(desk)
  const printed = await desk.relayq(['result', 'jtwo', 'jbad', 'jone'])
  assert.deepEqual(
    [printed.code, printed.stdout],
    [75, '==> b.mp3 (jtwo) <==\ntwo\n\n==> a.mp3 (jone) <==\none\n'],
    printed.stderr,
  )
  const json = await desk.relayq(['result', 'jtwo', 'jone', '--json', '-o', '-'])
  assert.match(json.stdout, /^\{.*"relayqId":"jtwo\.1".*\}\n\{.*"relayqId":"jone\.1".*\}\n$/)

  rememberJob(desk, 'jsound', { files: { opus: 'OggS' }, inputs: { url: `${shows}/c.mp3` } })
  const sound = await desk.relayq(['result', 'jone', 'jsound'])
  assert.deepEqual([sound.code, sound.stdout], [2, ''])
  assert.match(sound.stderr, /the result of jsound is opus.*\n {2}.*-o FOLDER\//)
  writeFileSync(join(desk.checkout, 'file'), '')
  for (const [words, code] of [
    [['jone', 'jtwo', '-o', 'file'], 2],
    [['jone', 'jtwo', '--open'], 2],
    [['jone', '--batch', 'shows'], 2],
    [[], 2],
    [['jone', 'nosuchjob'], 4],
  ] as const) {
    assert.equal((await desk.relayq(['result', ...words])).code, code, words.join(' '))
  }
})
