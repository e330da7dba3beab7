import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type Bench, openBench, submitted, exampleUrl as url } from '../../test/support/queue-bench.ts'
import { SearchIndex } from '../ledger/search-index.ts'
import { renderTranscript } from '../speech/formats.ts'
import { searchTranscripts } from './search.ts'

async function open(t: TestContext) {
  const bench = await openBench()
  const index = SearchIndex.open(join(bench.folder, 'search.db'))
  t.after(() => {
    index.close()
    return bench.close()
  })
  const search = async (...phrases: string[]) => {
    const hits = await searchTranscripts(bench.ledger, index, { phrases, limit: 10 })
    return hits.map(({ jobId, start }) => `${jobId} ${start}`)
  }
  return { bench, index, search }
}

/** A job whose result says these sentences, 20 seconds apart. */
async function said(bench: Bench, sentences: readonly string[]): Promise<string> {
  const job = await submitted(bench, { inputs: { url: `${url}?${sentences.join()}` } })
  const transcript = renderTranscript(
    {
      schema: 'relayq.transcript/1',
      source: { url, sha256: '', durationSec: 600 },
      engine: { backend: 'pocketsphinx', version: null, model: null },
      language: 'en',
      text: '',
      timing: 'segment',
      segments: sentences.map((text, id) => ({ id, start: id * 20, end: id * 20 + 5, text })),
      warnings: [],
      doubts: [],
      dropped: [],
      usage: { audioSec: 600, wallSec: 1 },
      createdAt: '2026-01-01T00:00:00Z',
    },
    'json',
  )
  await bench.finishWithResult(
    bench.broker.runs.size,
    'macmini',
    { 't.json': transcript },
    { json: 't.json' },
  )
  await bench.queue.wait(job.id)
  return job.id
}

test('Words are found with the job and the time at which they were said, new transcripts too', async t => {
  const { bench, search } = await open(t)
  const first = await said(bench, ['the river is high', 'in spring', 'the fish come back', 'Müller says'])
  assert.deepEqual(await search('fish'), [`${first} 40`])
  assert.deepEqual(await search('river', 'spring'), [`${first} 0`])
  assert.deepEqual(await search('high river'), [])
  assert.deepEqual(await search('RIVER is high'), [`${first} 0`])
  assert.deepEqual(await search('muller'), [`${first} 40`])
  const second = await said(bench, ['a fish market'])
  assert.deepEqual((await search('fish')).toSorted(), [`${first} 40`, `${second} 0`].toSorted())
})

test('What words were said in has the name of its source', async t => {
  const { bench, index } = await open(t)
  await said(bench, ['one fish'])
  const [hit] = await searchTranscripts(bench.ledger, index, { phrases: ['fish'], limit: 1 })
  assert.equal(hit?.name, 'a.mp3')
})

test('Nothing in the words is an operator', async t => {
  const { bench, search } = await open(t)
  const id = await said(bench, ['to be or not to be'])
  for (const words of [['NOT'], ['or'], ['be*'], ['"to be"'], ['(be)'], ['text:be']]) {
    const found = await search(...words)
    assert.ok(found.length === 0 || found[0] === `${id} 0`, words.join())
  }
})

test('A result whose files are gone is found no more, and none of the others is harmed', async t => {
  const { bench, search } = await open(t)
  const first = await said(bench, ['one fish'])
  await rm(join(bench.folder, 'results', first), { recursive: true })
  const second = await said(bench, ['two fish'])
  assert.deepEqual(await search('fish'), [`${second} 0`])
})

test('A format the machine did not write is made of the transcript it left', async t => {
  const { bench } = await open(t)
  const id = await said(bench, ['one fish', 'two fish'])
  const found = await bench.queue.result(id, { format: 'srt' })
  assert.ok(found.kind === 'ready' && found.path)
  assert.equal(
    await bench.read(found.path),
    '1\n00:00:00,000 --> 00:00:05,000\none fish\n\n2\n00:00:20,000 --> 00:00:25,000\ntwo fish\n',
  )
  await assert.rejects(bench.queue.result(id, { format: 'docx' }), { code: 'invalid_input' })
})
