import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { actOnceSaid, makeDesk } from '../support/relayq-process.ts'

const workflow = join(import.meta.dirname, '..', '..', '.github', 'workflows', 'transcribe_audio.yml')
const url = 'url=http://127.0.0.1:1/a.mp3'

test('submit prints exactly the id, finds its job again, and every verb takes it', async t => {
  const desk = makeDesk(t, { 'transcribe_audio.yml': readFileSync(workflow, 'utf8') })
  assert.equal((await desk.relayq(['up', '--detach', '--no-supervise', '--runner', 'far=away'])).code, 0)
  const none = await desk.relayq(['list'])
  assert.deepEqual([none.code, none.stdout], [0, ''])
  assert.match(none.stderr, /^relayq: there is no job yet; relayq submit makes one$/m)

  const planned = await desk.relayq(['submit', 'transcribe', url, '--dry-run'])
  assert.deepEqual([planned.code, planned.stdout], [0, ''])
  const submitted = await desk.relayq(['submit', 'transcribe', url])
  assert.match(submitted.stdout, /^j[0-9a-z]{11}\n$/, submitted.stderr)
  const id = submitted.stdout.trim()
  const again = await desk.relayq(['submit', 'transcribe', url])
  assert.equal(again.stdout, submitted.stdout)
  assert.match(again.stderr, /same job is queued; --new/)
  const other = await desk.relayq(['submit', 'transcribe', url, '--new', '--json', 'id,kind'])
  assert.notEqual(JSON.parse(other.stdout).id, id)
  assert.equal(JSON.parse(other.stdout).kind, 'transcribe')

  const listed = await desk.relayq(['list', '--json', 'id,state'])
  assert.equal(JSON.parse(listed.stdout).length, 2)
  const { url: page } = JSON.parse((await desk.relayq(['list', '--limit', '1', '--json', 'url'])).stdout)[0]
  assert.match(page, /actions.runs.2$/)
  assert.match((await desk.relayq(['view', id])).stdout, /queued/)
  assert.match((await desk.relayq(['route', 'transcribe', url])).stdout, /\S/)
  assert.equal((await desk.relayq(['wait', id, '--timeout', '0'])).code, 5)
  assert.equal((await desk.relayq(['result', id])).code, 5)
  for (const words of [['watch'], ['wait'], ['submit', 'transcribe', url, '--wait']]) {
    const named = words[0] === 'submit' ? words : [...words, id]
    const left = await actOnceSaid(desk, named, /^relayq: queued/m, child => child.kill('SIGINT'))
    assert.equal(left.signal, 'SIGINT')
    assert.match(left.stderr, /(j\w+) goes on; come back to it with: relayq watch \1;/)
  }
  const cancelled = await desk.relayq(['cancel', id, 'nosuchjob', JSON.parse(other.stdout).id])
  assert.equal(cancelled.code, 1)
  assert.equal(cancelled.stderr.match(/is cancelled$/gm)?.length, 2, cancelled.stderr)
  assert.match(cancelled.stderr, /no job or run "nosuchjob"/)
  assert.equal((await desk.relayq(['wait', id])).code, 3)
  const unfinished = await desk.relayq(['result', id])
  assert.deepEqual([unfinished.code, /relayq view j/.test(unfinished.stderr)], [3, true], unfinished.stderr)
  const unlogged = await desk.relayq(['logs', id])
  assert.equal(unlogged.code, 3)
  assert.match(unlogged.stderr, /j\w+ was cancelled, and there is no log of it\.\n {2}.*relayq view j/)
  assert.match((await desk.relayq(['cancel', id])).stderr, /over already/)
})

test('submit says why a job must not start yet, and list and route say it as well', async t => {
  const desk = makeDesk(t, { 'transcribe_audio.yml': readFileSync(workflow, 'utf8') })
  assert.equal((await desk.relayq(['up', '--detach', '--no-supervise', '--runner', 'far=away'])).code, 0)
  const later = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16)
  const policy = join(desk.folder, 'nightly.yaml')
  const hours = `{from: "${later(2)}", to: "${later(4)}"}`
  writeFileSync(policy, `routes:\n  transcribe:\n    prefer: [far]\n    hours: ${hours}\n`)
  const env = { RELAYQ_POLICY: policy }
  const submitted = await desk.relayq(['submit', 'transcribe', url], env)
  assert.match(submitted.stdout, /^j[0-9a-z]{11}\n$/, submitted.stderr)
  assert.match(submitted.stderr, /^relayq: kept: Held: outside hours until \d\d:\d\d \(UTC\); it is sent/m)
  const [job] = JSON.parse((await desk.relayq(['list', '--json', 'state,reason'], env)).stdout)
  assert.deepEqual([job.state, job.reason.slice(0, 5)], ['pending', 'Held:'])
  const routed = await desk.relayq(['route', 'transcribe', url], env)
  assert.match(routed.stdout, /^far: rejected: online, idle; outside hours until/m)
})

test('submit keeps a job until its time or after another, prints its id, and says who sends it', async t => {
  const desk = makeDesk(t, { 'transcribe_audio.yml': readFileSync(workflow, 'utf8') })
  assert.equal((await desk.relayq(['up', '--detach', '--no-supervise', '--runner', 'far=away'])).code, 0)
  const first = await desk.relayq(['submit', 'transcribe', url, '--in', '8h', '--batch', 'night'])
  assert.match(first.stdout, /^j[0-9a-z]{11}\n$/, first.stderr)
  assert.match(first.stderr, /^relayq: kept: not before 2\d{3}-.*; it is sent .*relayq supervise/m)
  const id = first.stdout.trim()
  assert.match((await desk.relayq(['view', id])).stdout, /^not before 2\d{3}-\S+, since /m)
  assert.match((await desk.relayq(['list'])).stdout, /\tnot before 2\d{3}-.*\n$/)
  const fields = 'state,batch,after,notBefore,failure,source'
  const words = ['submit', 'transcribe', `${url}?2`, '--after', id, '--json', fields]
  const second = await desk.relayq(words)
  assert.deepEqual(JSON.parse(second.stdout), {
    ...{ state: 'pending', batch: null, after: [id], notBefore: null, failure: null, source: 'submitted' },
  })
  assert.match(second.stderr, new RegExp(`kept: waits for ${id} to succeed`))
  assert.equal((await desk.relayq(['cancel', id])).code, 0)
  const never = await desk.relayq(['submit', 'transcribe', `${url}?3`, '--after', id])
  assert.deepEqual([never.code, never.stdout], [2, ''])
  assert.match(never.stderr, /cannot go out: \w+, which it was to follow, ended as cancelled/)
  assert.equal((await desk.relayq(['submit', 'transcribe', url, '--after', 'nosuchjob'])).code, 1)
})
