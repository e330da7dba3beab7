import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readJobResult } from './result-file.ts'

const least = { schema: 'relayq.result/1', status: 'succeeded' }

describe('readJobResult', () => {
  it('refuses what is no result', () => {
    for (const value of [
      null,
      [],
      'x',
      {},
      { schema: 'relayq.result/2', status: 'succeeded' },
      { ...least, status: 'ok' },
    ]) {
      assert.equal(readJobResult(value), null)
    }
  })

  it('fills what is missing and passes over what it does not know', () => {
    const result = readJobResult({ ...least, colour: 'blue', warnings: ['w', 1], media: { bytes: 'many' } })
    assert.deepEqual(result?.files, {})
    assert.deepEqual(result?.warnings, ['w'])
    assert.deepEqual(result?.media, { durationSeconds: 0, bytes: 0 })
    assert.deepEqual([result?.error, result?.engine, result?.timing], [null, null, null])
    assert.deepEqual([result?.engines, result?.costs], [[], []])
    assert.equal(Object.hasOwn(result ?? {}, 'colour'), false)
  })

  it('reads the doubts it knows, and passes over others', () => {
    const doubt = { kind: 'loop', start: 1, end: 2, message: 'm', severity: 'doubt' }
    const others = [
      { ...doubt, kind: 'smell' },
      { ...doubt, severity: 'dire' },
      { ...doubt, message: 7 },
      'x',
    ]
    assert.deepEqual(readJobResult({ ...least, doubts: [...others, { ...doubt, end: -1 }] })?.doubts, [
      { ...doubt, end: 0 },
    ])
    assert.deepEqual(readJobResult({ ...least, doubts: 'none' })?.doubts, [])
  })

  it('reads where the media came from', () => {
    const url = 'https://cdn.example/a.mp3'
    const feed = { url: 'https://pod.example/feed', title: 'A' }
    assert.deepEqual(readJobResult({ ...least, source: { url, foundOn: feed } })?.source, {
      url,
      foundOn: feed,
    })
    const bare = readJobResult({ ...least, source: { url, foundOn: { title: 'A' } } })?.source
    assert.deepEqual(bare, { url, foundOn: null })
    assert.equal(readJobResult({ ...least, source: { foundOn: feed } })?.source, null)
  })

  it('keeps the engines and costs that can be read, and not without end', () => {
    const tried = { name: 'openai', outcome: 'failed', reason: 'no credit' }
    const cost = { provider: 'router', model: 'm', currency: 'USD', amount: 0.01, seconds: 60 }
    const engines = [tried, { name: 'x', outcome: 'lost' }, { name: 'y', outcome: 'used', reason: 7 }, 3]
    const costs = [cost, { ...cost, amount: -1 }, { ...cost, currency: 'EUR' }, { ...cost, seconds: 'many' }]
    const result = readJobResult({ ...least, engines, costs })
    assert.deepEqual(result?.engines, [tried, { name: 'y', outcome: 'used', reason: null }])
    assert.deepEqual(result?.costs, [cost, { ...cost, seconds: 0 }])
    const endless = readJobResult({
      ...least,
      costs: Array(1000).fill(cost),
      engines: Array(1000).fill(tried),
    })
    assert.deepEqual([endless?.costs.length, endless?.engines.length], [20, 20])
  })

  it('keeps only file names that stay in the folder', () => {
    const files = { txt: 'a.txt', srt: '../a.srt', vtt: '/etc/passwd', json: 'a\\b', md: '..', html: 7 }
    assert.deepEqual(readJobResult({ ...least, files })?.files, { txt: 'a.txt' })
  })
})
