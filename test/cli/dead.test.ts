import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { findPaths } from '../../src/config/paths.ts'
import { openLedger } from '../../src/ledger/ledger.ts'
import type { FailureClass } from '../../src/model/failure.ts'
import { actOnceSaid, type Desk, makeDesk } from '../support/relayq-process.ts'

const workflow = join(import.meta.dirname, '..', '..', '.github', 'workflows', 'transcribe_audio.yml')
const url = 'url=http://127.0.0.1:1/a.mp3'

/** As if its run had ended so. */
function kill(desk: Desk, id: string, failure: FailureClass): void {
  const ledger = openLedger(join(findPaths(desk.env).state, 'ledger.db'))
  const move = { attemptId: `${id}.1`, now: new Date().toISOString(), reason: `for ${failure}`, failure }
  assert.equal(ledger.moveAttempt({ ...move, to: 'failed' }), true)
  ledger.close()
}

test('Dead jobs are listed with why, and retried by id or by why; others are left as they are', async t => {
  const desk = makeDesk(t, { 'transcribe_audio.yml': readFileSync(workflow, 'utf8') })
  assert.equal((await desk.relayq(['up', '--detach', '--no-supervise', '--runner', 'far=away'])).code, 0)
  const submit = async (name: string) =>
    (await desk.relayq(['submit', 'transcribe', `${url}?${name}`, '--batch', 'b'])).stdout.trim()
  const [lost, bad, live] = [await submit('1'), await submit('2'), await submit('3')]
  kill(desk, lost, 'lost_runner')
  kill(desk, bad, 'bad_input')
  const dead = await desk.relayq(['list', '--dead', '--batch', 'b'])
  assert.match(dead.stdout, new RegExp(`^${bad}\ttranscribe\tfailed\tbad_input\t\t.*\tfor bad_input$`, 'm'))
  assert.equal(dead.stdout.trim().split('\n').length, 2)
  assert.match((await desk.relayq(['view', bad])).stdout, /failed: for bad_input \(bad_input: the input is/)

  const other = await desk.relayq(['retry', '--dead', '--failure', 'lost_runner', '--batch', 'c'])
  assert.deepEqual([other.code, other.stdout], [0, ''])
  const some = await desk.relayq(['retry', '--dead', '--failure', 'lost_runner', '--batch', 'b'])
  assert.deepEqual([some.code, some.stdout], [0, `${lost}\n`], some.stderr)
  assert.match((await desk.relayq(['list', '--dead', '--json', 'id'])).stdout, new RegExp(bad))
  const mixed = await desk.relayq(['retry', live, bad, 'nosuchjob'])
  assert.deepEqual([mixed.code, mixed.stdout], [1, `${bad}\n`])
  assert.match(mixed.stderr, new RegExp(`${live} is not dead: it is queued`))
  assert.equal((await desk.relayq(['retry', '--dead'])).stderr.includes('no such job is dead'), true)
  for (const words of [
    [],
    [lost, '--dead'],
    ['--dead', '--failure', 'lost_runer'],
    [lost, '--kind', 'x'],
    [lost, '--batch', 'b'],
  ]) {
    assert.equal((await desk.relayq(['retry', ...words])).code, 2)
  }
})

test('retry --wait follows the jobs it put back, and ends as submit --wait does', async t => {
  const desk = makeDesk(t, { 'transcribe_audio.yml': readFileSync(workflow, 'utf8') })
  assert.equal((await desk.relayq(['up', '--detach', '--no-supervise', '--runner', 'far=away'])).code, 0)
  const submit = async (name: string) =>
    (await desk.relayq(['submit', 'transcribe', `${url}?${name}`])).stdout.trim()
  const [first, second] = [await submit('1'), await submit('2')]
  for (const id of [first, second]) kill(desk, id, 'lost_runner')
  const cancel = () => desk.relayq(['cancel', first, second])
  const retried = await actOnceSaid(desk, ['retry', first, second, '--wait'], /^relayq: queued/m, cancel)
  assert.deepEqual([retried.code, retried.stdout], [3, `${first}\n${second}\n`], retried.stderr)
  assert.match(
    retried.stderr,
    new RegExp(`following ${first}\nrelayq: queued.*\n(.*\n)*relayq: following ${second}\n`),
  )
  assert.match(retried.stderr, /^relayq: cancelled/m)

  kill(desk, await submit('3'), 'lost_runner')
  const words = ['retry', '--dead', '--failure', 'lost_runner', '-w']
  const left = await actOnceSaid(desk, words, /^relayq: queued/m, child => child.kill('SIGINT'))
  assert.equal(left.signal, 'SIGINT')
  assert.match(left.stderr, /(j\w+) goes on; come back to it with: relayq watch \1;/)
})

test('A run that was started elsewhere is listed, waited for and cancelled like any other, not retried', async t => {
  const desk = makeDesk(t, { 'transcribe_audio.yml': readFileSync(workflow, 'utf8') })
  assert.equal((await desk.relayq(['up', '--detach', '--no-supervise', '--runner', 'far=away'])).code, 0)
  assert.equal((await desk.relayq(['dispatch', 'transcribe_audio.yml', url, '--no-route'])).code, 0)
  const [job] = JSON.parse((await desk.relayq(['list', '--json', 'id,source,state,kind'])).stdout)
  assert.deepEqual([job.source, job.state, job.kind], ['adopted', 'queued', 'transcribe'])
  assert.match((await desk.relayq(['view', job.id])).stdout, /^started elsewhere: its inputs are not known$/m)
  assert.equal((await desk.relayq(['cancel', job.id])).code, 0)
  assert.equal((await desk.relayq(['wait', job.id])).code, 3)
  const refused = await desk.relayq(['retry', job.id])
  assert.deepEqual([refused.code, refused.stdout], [2, ''])
  assert.equal(JSON.parse((await desk.relayq(['list', '--json', 'id'])).stdout).length, 1)
})
