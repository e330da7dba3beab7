import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { mainPath } from '../../src/cli/fleet/program.ts'
import { findPaths } from '../../src/config/paths.ts'
import { type Ledger, openLedger } from '../../src/ledger/ledger.ts'
import { type Desk, makeDesk } from '../support/relayq-process.ts'

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()

function openAt(desk: Desk): Ledger {
  return openLedger(join(findPaths(desk.env).state, 'ledger.db'))
}

function submit(ledger: Ledger, id: string, now: string): void {
  const job = { id, broker: 'b', kind: 'transcribe', inputs: {}, pin: null, idempotencyKey: id }
  ledger.insertJob({ ...job, priority: 0, now, replace: false })
}

const typesIn = (text: string) =>
  text
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
    .map(({ jobId, type }) => `${jobId} ${type}`)

test('events tells what happened to all jobs or one, from the first or from a moment on', async t => {
  const desk = makeDesk(t)
  const ledger = openAt(desk)
  submit(ledger, 'jold', minutesAgo(90))
  submit(ledger, 'jnew', minutesAgo(1))
  ledger.moveJob({ jobId: 'jold', to: 'cancelled', now: minutesAgo(0), reason: 'on request' })
  ledger.close()
  const all = await desk.relayq(['events', '--json'])
  assert.deepEqual(typesIn(all.stdout), ['jold job.pending', 'jnew job.pending', 'jold job.cancelled'])
  assert.deepEqual(typesIn((await desk.relayq(['events', 'jold', '--json'])).stdout).length, 2)
  assert.equal(typesIn((await desk.relayq(['events', '--json', '--since', '1h'])).stdout).length, 2)
  assert.equal(typesIn((await desk.relayq(['events', '--json', '--since', '2'])).stdout).length, 1)
  const words = await desk.relayq(['events', 'jold'])
  assert.match(words.stdout, /^\S+Z {2}job\.pending\n\S+Z {2}job\.cancelled: on request\n$/)
  assert.equal((await desk.relayq(['events', 'jnone'])).code, 1)
  assert.equal((await desk.relayq(['events', '--since', 'noon'])).code, 2)
})

test('events --follow prints what comes, and ends with 0 when it is interrupted or nobody reads it', async t => {
  const desk = makeDesk(t)
  const ledger = openAt(desk)
  t.after(() => ledger.close())
  submit(ledger, 'j0', minutesAgo(1))
  for (const end of ['interrupt', 'close'] as const) {
    const words = [mainPath, 'events', '--follow', '--json', '--since', '0']
    const child = spawn(process.execPath, words, { cwd: desk.checkout, env: desk.env })
    const ended = once(child, 'exit')
    let shown = ''
    for await (const chunk of child.stdout) {
      shown += chunk
      if (!shown.includes(`"j-${end}"`)) submit(ledger, `j-${end}`, minutesAgo(0))
      else break
    }
    assert.ok(shown.startsWith('{"id":1,"jobId":"j0"'))
    // The loop has closed the pipe: the next event finds nobody.
    if (end === 'interrupt') child.kill('SIGINT')
    else submit(ledger, 'j-last', minutesAgo(0))
    assert.deepEqual(await ended, [0, null])
  }
})
