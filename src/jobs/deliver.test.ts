import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import type { JobResult } from '../model/result.ts'
import type { JobContext } from './context.ts'
import { deliver } from './deliver.ts'

interface Wanted {
  readonly folder?: string
  readonly branch?: string
  readonly webhook?: string
}

function desk(t: TestContext, delivery: Wanted, signal?: AbortSignal) {
  const base = mkdtempSync(join(tmpdir(), 'relayq-deliver-'))
  t.after(() => rmSync(base, { recursive: true, force: true }))
  const published = join(base, 'published')
  mkdirSync(published)
  writeFileSync(join(published, 'transcript.txt'), 'hello')
  const lines: string[] = []
  const folder = delivery.folder === undefined ? '' : join(base, delivery.folder)
  const context = {
    env: { GITHUB_RUN_ID: '7' },
    config: { delivery: { branch: '', webhook: '', ...delivery, folder } },
    signal: signal ?? new AbortController().signal,
    print: (line: string) => lines.push(line),
  } as unknown as JobContext
  const hand = async (result: Partial<JobResult>) =>
    await deliver(context, published, { relayqId: 'j1.2', status: 'succeeded', ...result } as JobResult)
  return { folder, lines, hand }
}

/** A receiver that answers with these statuses, the last one again and again. */
async function receiver(t: TestContext, statuses: readonly number[]) {
  const bodies: string[] = []
  const server = createServer(async (request, response) => {
    bodies.push(await text(request))
    response.writeHead(statuses[Math.min(bodies.length, statuses.length) - 1] ?? 500).end('thanks')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?token=hush`, bodies }
}

test('Files go into a folder of the job’s own, whole, and again in place of what was there', async t => {
  const { folder, lines, hand } = desk(t, { folder: 'nas/results' })
  await hand({})
  await hand({})
  assert.deepEqual(readdirSync(folder), ['j1.2'])
  assert.equal(readFileSync(join(folder, 'j1.2/transcript.txt'), 'utf8'), 'hello')
  assert.match(lines[0] ?? '', /handed on to .*results$/)
})

test('A name from outside leads nowhere else, and a failed job has no files', async t => {
  const { folder, hand } = desk(t, { folder: 'out' })
  await hand({ relayqId: '../../etc' })
  await hand({ status: 'failed', relayqId: 'j2.1' })
  assert.deepEqual(readdirSync(folder), ['run-7'])
})

test('A webhook gets result.json, of failed jobs too, and is tried again while it stumbles', async t => {
  const { url, bodies } = await receiver(t, [503, 200])
  const { lines, hand } = desk(t, { webhook: url })
  await hand({ status: 'failed' })
  assert.equal(bodies.length, 2)
  assert.deepEqual(JSON.parse(bodies[1] ?? ''), { relayqId: 'j1.2', status: 'failed' })
  assert.deepEqual(lines, ['relayq: the result was handed on to the webhook'])
})

test('What cannot be handed on is a warning without the address, and the job is none the worse', async t => {
  const { url } = await receiver(t, [410])
  const { folder, lines, hand } = desk(t, { folder: 'published/transcript.txt', webhook: url })
  await hand({})
  assert.equal(lines.length, 2)
  for (const line of lines) assert.match(line, /^relayq: warning: the result could not be handed on/)
  assert.ok(!lines.join().includes('hush'))
  assert.equal(existsSync(join(folder, 'j1.2')), false)
})

test('A job that was told to stop hands nothing on', async t => {
  const { folder, lines, hand } = desk(t, { folder: 'out' }, AbortSignal.abort())
  await hand({})
  assert.deepEqual([lines, existsSync(folder)], [[], false])
})

test('A branch needs the token of the step, and what is missing is said with what mends it', async t => {
  const { lines, hand } = desk(t, { branch: 'results' })
  await hand({})
  const [line = ''] = lines
  assert.match(
    line,
    /^relayq: warning: the result could not be handed on to the branch results: .*RELAYQ_TOKEN/,
  )
})
