import assert from 'node:assert/strict'
import { test } from 'node:test'
import { list } from '../../src/cli/commands/list.ts'
import { atTerminal } from '../support/at-terminal.ts'
import { makeDesk } from '../support/relayq-process.ts'
import { rememberJob } from '../support/remembered-job.ts'

test('list says what each job is about, in short, and nothing that is secret or moves a cursor', async t => {
  const desk = makeDesk(t)
  const of = (inputs: Readonly<Record<string, string>>) => ({ inputs, files: { txt: 'x' } })
  rememberJob(desk, 'j00000000001', of({ url: 'https://u:s3cret@example.com/talk.mp3?token=s3cret' }))
  rememberJob(desk, 'j00000000002', of({ path: `/nas/a\u001b]0;b\u0007${'long '.repeat(30)}.mp3` }))
  rememberJob(desk, 'j00000000003', of({ script: 'thumbs.sh', args: '["s3cret"]' }))
  rememberJob(desk, 'j00000000004', of({}))
  const records = JSON.parse((await desk.relayq(['list', '--local', '--json', 'id,name'])).stdout)
  assert.deepEqual(
    records.map(({ name }: { readonly name: unknown }) => name),
    [null, 'thumbs.sh', 'a_]0;b_long long long long long l…g long long .mp3', 'talk.mp3'],
  )
  const piped = await desk.relayq(['list', '--local'])
  assert.match(piped.stdout, /^j00000000001\ttranscribe\tsucceeded\t\t.+\ttalk\.mp3\t$/m)
  assert.doesNotMatch(piped.stdout, /s3cret|(?![\n\t])\p{Cc}/u)

  const options = { states: null, dead: false, batch: null, limit: 20, local: true, json: null }
  const { stdout } = await atTerminal(desk, list, options)
  assert.match(stdout, /talk\.mp3/)
  for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line)
})

test('list says that there are more jobs than it shows', async t => {
  const desk = makeDesk(t)
  for (const id of ['j00000000001', 'j00000000002']) rememberJob(desk, id, { inputs: {}, files: {} })
  const some = await desk.relayq(['list', '--local', '-L', '1'])
  assert.equal(some.stdout.trim().split('\n').length, 1)
  assert.match(some.stderr, /there are more than the newest 1; -L shows them/)
  const both = await desk.relayq(['list', '--local', '-L', '2'])
  assert.deepEqual([both.stdout.trim().split('\n').length, both.stderr], [2, ''])
})
