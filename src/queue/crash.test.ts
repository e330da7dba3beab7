import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Bench, openBench } from '../../test/support/queue-bench.ts'
import { openLedger } from '../ledger/ledger.ts'
import type { DispatchRequest } from '../model/broker.ts'

const submitter = fileURLToPath(new URL('../../test/support/submitter.ts', import.meta.url))
const request = { kind: 'transcribe', inputs: { url: 'https://example.com/a.mp3' } }

describe('a submit that shares the ledger with other processes', () => {
  let bench: Bench
  let journal: string
  beforeEach(async () => {
    bench = await openBench()
    journal = join(bench.folder, 'journal')
    await writeFile(journal, '')
  })
  afterEach(() => bench.close())

  function start(deathPoint = '', ledger = join(bench.folder, 'ledger.db')) {
    const child = spawn(process.execPath, [submitter, ledger, journal, deathPoint], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const output = text(child.stdout)
    const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }))
    return { go: () => child.stdin.end(), result: async () => ({ ...(await ended), output: await output }) }
  }

  async function dispatched(): Promise<readonly DispatchRequest[]> {
    const lines = (await readFile(journal, 'utf8')).trim().split('\n')
    return lines.filter(line => line !== '').map(line => JSON.parse(line) as DispatchRequest)
  }

  it('makes one job and one dispatch of four submits at once, which also create the ledger', async () => {
    const fresh = join(bench.folder, 'fresh.db')
    const children = Array.from({ length: 4 }, () => start('', fresh))
    for (const child of children) child.go()
    const results = await Promise.all(children.map(child => child.result()))
    assert.deepEqual(
      results.map(({ code }) => code),
      [0, 0, 0, 0],
    )
    const outcomes = results.map(({ output }) => JSON.parse(output) as { kind: string; id: string })
    assert.equal(outcomes.filter(({ kind }) => kind === 'created').length, 1)
    assert.equal(new Set(outcomes.map(({ id }) => id)).size, 1)
    assert.equal((await dispatched()).length, 1)
    const ledger = openLedger(fresh)
    assert.equal(ledger.listAttempts(outcomes[0]?.id ?? '').length, 1)
    ledger.close()
  })

  async function killed(deathPoint: string): Promise<string> {
    const child = start(deathPoint)
    child.go()
    assert.equal((await child.result()).signal, 'SIGKILL')
    const [job] = bench.queue.list()
    assert.equal(job?.state, 'pending')
    return job.id
  }

  it('killed before it wrote an attempt is taken up at once by the next submit', async () => {
    const id = await killed('before_attempt')
    const outcome = await bench.queue.submit(request)
    assert.equal(outcome.kind === 'duplicate' && outcome.job.id, id)
    assert.equal(outcome.kind === 'duplicate' && outcome.job.state, 'queued')
    assert.equal(bench.broker.dispatches.length, 1)
  })

  it('killed between writing the attempt and sending it is sent once, after the settle time', async () => {
    const id = await killed('before_dispatch')
    const early = await bench.queue.submit(request)
    assert.equal(early.kind === 'duplicate' && early.job.state, 'pending')
    assert.deepEqual([bench.broker.dispatches.length, bench.broker.lookups], [0, 1])
    bench.advance(120_000)
    const late = await bench.queue.submit(request)
    assert.equal(late.kind === 'duplicate' && late.job.state, 'queued')
    assert.deepEqual(
      bench.broker.dispatches.map(({ inputs }) => inputs['relayq_id']),
      [`${id}.1`],
    )
  })

  it('killed between the dispatch and its answer finds its run and sends nothing', async () => {
    await killed('before_answer')
    const sent = await dispatched()
    assert.equal(sent.length, 1)
    for (const request of sent) bench.broker.addRun(request)
    bench.advance(600_000)
    const outcome = await bench.queue.submit(request)
    assert.equal(outcome.kind === 'duplicate' && outcome.job.state, 'queued')
    assert.equal(bench.broker.dispatches.length, 0)
  })

  it('lets one of two that take it up together send it', async () => {
    const id = await killed('before_attempt')
    const job = bench.ledger.getJob(id)
    assert.ok(job)
    await Promise.all([bench.queue.reconcile(job), bench.queue.reconcile(job)])
    assert.equal(bench.broker.dispatches.length, 1)
  })

  it('lets one of two that would send again do so', async () => {
    const id = await killed('before_dispatch')
    bench.advance(120_000)
    const job = bench.ledger.getJob(id)
    assert.ok(job)
    await Promise.all([bench.queue.reconcile(job), bench.queue.reconcile(job)])
    assert.equal(bench.broker.dispatches.length, 1)
  })
})
