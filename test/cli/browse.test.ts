import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { browse } from '../../src/cli/commands/browse.ts'
import { hasDesktop } from '../../src/cli/desktop.ts'
import { findPaths } from '../../src/config/paths.ts'
import { openLedger } from '../../src/ledger/ledger.ts'
import { atTerminal } from '../support/at-terminal.ts'
import { fakeDesktop } from '../support/fake-desktop.ts'
import { parseCommand } from '../support/parse-command.ts'
import { type Desk, makeDesk } from '../support/relayq-process.ts'
import { shippedWorkflows } from '../support/shipped-workflows.ts'

const url = 'url=http://127.0.0.1:1/a.mp3'

/** What a person sees in a terminal. */
async function typed(desk: Desk, open: boolean, id: string, more: NodeJS.ProcessEnv): Promise<string> {
  const { stdout, error } = await atTerminal(desk, browse, { id, open }, more)
  if (error) throw error
  return stdout
}

/** As if the broker had called this the page of the job's run. */
function endAt(desk: Desk, id: string, runUrl: string): void {
  const ledger = openLedger(join(findPaths(desk.env).state, 'ledger.db'))
  const move = { attemptId: `${id}.1`, to: 'failed', now: new Date().toISOString(), runUrl } as const
  assert.equal(ledger.moveAttempt(move), true)
  ledger.close()
}

test('browse takes an id, and opens unless it is told not to', () => {
  assert.deepEqual(parseCommand(browse, ['j1']), { id: 'j1', open: true })
  for (const word of ['-n', '--no-open'])
    assert.deepEqual(parseCommand(browse, ['j1', word]), { id: 'j1', open: false })
  assert.throws(() => parseCommand(browse, []), { code: 'commander.missingArgument' })
})

test('a desktop is one of X, of Wayland or of a Mac', () => {
  assert.deepEqual(
    [hasDesktop({}, 'linux'), hasDesktop({ DISPLAY: '' }, 'linux'), hasDesktop({}, 'darwin')],
    [false, false, true],
  )
  for (const env of [{ DISPLAY: ':0' }, { WAYLAND_DISPLAY: 'wayland-0' }])
    assert.equal(hasDesktop(env, 'linux'), true)
})

test('the page of a run is opened on a desktop, and else its address is printed; a job without a run says why', async t => {
  const desk = makeDesk(t, shippedWorkflows)
  const up = await desk.relayq(['up', '--detach', '--no-supervise', '--runner', 'far=away'])
  assert.equal(up.code, 0, up.stderr)
  const submit = async (...words: readonly string[]) =>
    (await desk.relayq(['submit', 'transcribe', ...words])).stdout.trim()
  const id = await submit(url)
  const printed = await desk.relayq(['browse', id])
  assert.match(printed.stdout, /^http:\/\/\S+\/actions\/runs\/\d+\n$/, printed.stderr)
  const page = printed.stdout.trim()
  for (const name of [page, page.split('/').at(-1) ?? '', `${id}.1`])
    assert.equal((await desk.relayq(['browse', name, '-n'])).stdout, printed.stdout)

  await t.test('a terminal of a desktop opens it, one without prints it', async () => {
    const desktop = fakeDesktop(desk)
    const display = { ...desktop.env, DISPLAY: ':0' }
    await assert.rejects(typed(desk, true, id, display), {
      code: 'tool_missing',
      message: /The page cannot be opened: there is no/,
      hint: `It is at ${page}`,
    })
    desktop.opens()
    assert.equal(await typed(desk, true, id, display), '')
    assert.deepEqual(desktop.opened(), [page])
    assert.equal(await typed(desk, false, id, display), printed.stdout)
    if (process.platform !== 'darwin') assert.equal(await typed(desk, true, id, desktop.env), printed.stdout)
    assert.deepEqual(desktop.opened(), [page])
  })
  await t.test(
    'a job that is held says what it waits for, and one that was cancelled so that it is over',
    async () => {
      const held = await submit(`${url}?later`, '--after', id)
      const { waiting } = JSON.parse((await desk.relayq(['view', held, '--json', 'waiting'])).stdout)
      const none = await desk.relayq(['browse', held])
      assert.deepEqual([none.code, none.stdout], [5, ''])
      assert.ok(none.stderr.includes(`${held} has no run yet: ${waiting.reason}`), none.stderr)
      assert.equal((await desk.relayq(['cancel', held])).code, 0)
      const over = await desk.relayq(['browse', held])
      assert.deepEqual([over.code, over.stdout], [3, ''])
      assert.match(over.stderr, /was cancelled and had no run/)
    },
  )
  await t.test('what a broker gives is opened only if it is a web address', async () => {
    const desktop = { DISPLAY: ':0', PATH: join(desk.folder, 'programs') }
    endAt(desk, id, 'file:///bin/sh')
    assert.equal(await typed(desk, true, id, desktop), 'file:///bin/sh\n')
  })
  const unknown = await desk.relayq(['browse', 'nosuchjob'])
  assert.deepEqual([unknown.code, unknown.stdout], [1, ''])
})
