import assert from 'node:assert/strict'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { until } from '../support/fleet.ts'
import { GitFixture } from '../support/git-repository.ts'
import { type Desk, makeDesk } from '../support/relayq-process.ts'
import { shippedWorkflows } from '../support/shipped-workflows.ts'

/** Neither a lost machine nor anything else is tried again: what goes out again does so because it was interrupted. */
const policy = `routes:
  command:
    prefer: [self-hosted]
    retry: {attempts: 1}
`

/** `slow.sh NAME`: notes that it has begun, and is done once there is a gate. */
const slow = `#!/bin/sh
echo "$1" >> "$FOLDER/begun"
until [ -e "$FOLDER/gate" ]; do sleep 0.05; done
echo "$1" >> "$FOLDER/done"
`

/** Hears no signal: it takes its time to be ended. */
const deaf = `#!/bin/sh
trap '' INT TERM
echo deaf >> "$FOLDER/begun"
until [ -e "$FOLDER/gate" ]; do sleep 0.05; done
`

function writeScript({ checkout, folder }: Desk, name: string, text: string): void {
  new GitFixture(checkout).write({ [`jobs/${name}`]: text.replaceAll('$FOLDER', folder) })
  chmodSync(join(checkout, 'jobs', name), 0o755)
}

function linesOf({ folder }: Desk, name: string): readonly string[] {
  const path = join(folder, name)
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').toSorted() : []
}

async function say(desk: Desk, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await desk.relayq(args)
  assert.equal(code, 0, stderr)
  return stdout.trim()
}

const begins = (desk: Desk, name: string) =>
  until(`the begin of ${name}`, () => (linesOf(desk, 'begun').includes(name) ? true : null))

interface Shown {
  readonly state: string
  readonly reason: string | null
  readonly attempts: readonly { readonly state: string; readonly failure: string | null }[]
}

async function view(desk: Desk, id: string): Promise<Shown> {
  return JSON.parse(await say(desk, 'view', id, '--json')) as Shown
}

function startDesk(t: TestContext): Desk {
  const desk = makeDesk(t, shippedWorkflows)
  writeScript(desk, 'slow.sh', slow)
  writeScript(desk, 'deaf.sh', deaf)
  new GitFixture(desk.checkout).commit({ 'policy/policy.yaml': policy })
  return desk
}

test('what runs or waits when the fleet is taken down is done after the next up, once', {
  timeout: 240_000,
}, async t => {
  const desk = startDesk(t)
  const up = ['up', '--detach', ...['one', 'two', 'three'].flatMap(name => ['--runner', `${name}=box`])]
  const submit = (script: string, name: string) =>
    say(desk, 'submit', 'command', `script=${script}`, `args=["${name}"]`)
  await say(desk, ...up)

  const running = await submit('slow.sh', 'running')
  await begins(desk, 'running')
  const cancelled = await submit('deaf.sh', 'cancelled')
  await begins(desk, 'deaf')
  await say(desk, 'dispatch', 'run_command.yml', 'script=slow.sh', 'args=["dispatched"]')
  await begins(desk, 'dispatched')
  const waiting = await submit('slow.sh', 'waiting')
  await say(desk, 'cancel', cancelled)

  const down = await desk.relayq(['down'])
  assert.equal(down.code, 0)
  assert.match(
    down.stderr,
    /jobs are running \(.*\); what is not done in 10 s is taken up again by the supervisor of the next relayq up, but/,
  )
  const refused = await desk.relayq(['submit', 'command', 'script=slow.sh'])
  assert.notEqual(refused.code, 0)
  assert.match(refused.stderr, /no broker to send jobs to\.\n.*relayq up/)

  await say(desk, ...up)
  await until('the second begin of what ran', () =>
    linesOf(desk, 'begun').filter(name => name === 'running').length === 2 ? true : null,
  )
  writeFileSync(join(desk.folder, 'gate'), '')
  for (const id of [running, waiting]) await say(desk, 'wait', id)
  assert.deepEqual(linesOf(desk, 'done'), ['running', 'waiting'])

  const resumed = await view(desk, running)
  assert.equal(resumed.state, 'succeeded')
  assert.deepEqual(
    resumed.attempts.map(({ state, failure }) => [state, failure]),
    [
      ['cancelled', 'interrupted'],
      ['succeeded', null],
    ],
  )
  assert.equal((await view(desk, waiting)).attempts.length, 1)
  const ended = await view(desk, cancelled)
  assert.deepEqual([ended.state, ended.reason, ended.attempts.length], ['cancelled', 'on request', 1])

  const jobs = JSON.parse(await say(desk, 'list', '--json')) as (Shown & {
    readonly source: string
  })[]
  const stranger = jobs.find(({ source }) => source === 'adopted')
  assert.deepEqual(
    [stranger?.state, stranger?.reason],
    ['cancelled', 'its machine was stopped while it had the job'],
  )
})
