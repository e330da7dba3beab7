import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { findPaths } from '../../src/config/paths.ts'
import { openLedger } from '../../src/ledger/ledger.ts'
import { actOnceSaid, type Desk, makeDesk } from '../support/relayq-process.ts'

const workflow = join(import.meta.dirname, '..', '..', '.github', 'workflows', 'transcribe_audio.yml')

/** As if its run had ended so. */
function end(desk: Desk, id: string, to: 'succeeded' | 'failed'): void {
  const ledger = openLedger(join(findPaths(desk.env).state, 'ledger.db'))
  const reason = to === 'failed' ? 'it is no audio' : null
  assert.equal(ledger.moveAttempt({ attemptId: `${id}.1`, to, now: new Date().toISOString(), reason }), true)
  ledger.close()
}

function runOf(desk: Desk, id: string): number | null {
  const ledger = openLedger(join(findPaths(desk.env).state, 'ledger.db'))
  const runId = ledger.newestAttempt(id)?.runId ?? null
  ledger.close()
  return runId
}

test('wait takes several jobs or a batch, has a line for each as it ends, and ends as the worst', async t => {
  const desk = makeDesk(t, { 'transcribe_audio.yml': readFileSync(workflow, 'utf8') })
  assert.equal((await desk.relayq(['up', '--detach', '--no-supervise', '--runner', 'far=away'])).code, 0)
  const submit = async (name: string) => {
    const url = `url=http://127.0.0.1:1/${name}?token=s3cret`
    return (await desk.relayq(['submit', 'transcribe', url, '--batch', 'my shows'])).stdout.trim()
  }
  const [one, two, three] = [await submit('1.mp3'), await submit('2.mp3'), await submit('3.mp3')]
  const batch = ['wait', '--batch', 'my shows']
  end(desk, two, 'succeeded')
  const early = await desk.relayq([...batch, '--timeout', '0'])
  assert.deepEqual([early.code, early.stdout], [5, `${two}\tsucceeded\t2.mp3\n`])
  assert.match(
    early.stderr,
    /^relayq: 2 of 3 jobs are not over yet\.\n {2}See where they are with: relayq list --batch 'my shows'$/m,
  )
  const fetched = await desk.relayq(['result', '--batch', 'my shows', '-o', 'texts'])
  assert.equal(fetched.code, 5)
  assert.match(
    fetched.stderr,
    new RegExp(`^relayq: ${one} is not over yet: it is queued\\.\\n.* relayq wait ${one}$`, 'm'),
  )
  assert.match(fetched.stderr, new RegExp(`^relayq: ${two} has succeeded and left no result`, 'm'))
  const left = await actOnceSaid(desk, batch, /waiting for 3 jobs/, child => child.kill('SIGINT'))
  assert.equal(left.signal, 'SIGINT')
  assert.match(left.stderr, /the jobs go on; come back to them with: relayq wait --batch 'my shows'$/m)

  end(desk, one, 'failed')
  const waiting = desk.relayq(batch)
  const cancelled = await desk.relayq(['cancel', '--batch', 'my shows'])
  assert.equal(cancelled.code, 0)
  assert.match(cancelled.stderr, new RegExp(`^relayq: ${three} is cancelled$`, 'm'))
  assert.doesNotMatch(cancelled.stderr, /over already/)
  assert.match(
    (await desk.relayq(['cancel', '--batch', 'my shows'])).stderr,
    /^relayq: every job of the batch is over$/m,
  )
  const ended = await waiting
  assert.deepEqual(
    [ended.code, ended.stdout.split('\n').toSorted()],
    [1, ['', `${one}\tfailed\t1.mp3`, `${two}\tsucceeded\t2.mp3`, `${three}\tcancelled\t3.mp3`].toSorted()],
  )
  assert.match(
    ended.stderr,
    new RegExp(`^relayq: ${one} has failed: it is no audio\\n {2}See what .* logs ${one}$`, 'm'),
  )
  assert.match(ended.stderr, new RegExp(`^relayq: ${three} was cancelled: on request$`, 'm'))

  const named = await desk.relayq(['wait', two, three, '--json', 'id,state'])
  assert.deepEqual(
    [named.code, JSON.parse(named.stdout)],
    [
      3,
      [
        { id: two, state: 'succeeded' },
        { id: three, state: 'cancelled' },
      ],
    ],
  )
  assert.deepEqual((await desk.relayq(['wait', two, two])).stdout, 'succeeded\n')
  const twice = await desk.relayq(['wait', two, String(runOf(desk, two))])
  assert.match(twice.stderr, /^relayq: waiting for 1 job$/m)
  assert.equal(twice.stdout, `${two}\tsucceeded\t2.mp3\n`)
  for (const [words, code] of [
    [['wait'], 2],
    [['wait', two, '--batch', 'my shows'], 2],
    [['wait', '--batch', 'nosuchbatch'], 1],
    [['wait', two, 'nosuchjob'], 1],
  ] as const) {
    assert.equal((await desk.relayq(words)).code, code, words.join(' '))
  }
})
