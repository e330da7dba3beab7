import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { randomId } from './id.ts'
import { parsePs } from './process-table.ts'
import { killMarked, listMarked } from './process-tree.ts'

const limit = { timeout: 15_000 }

function newMarker() {
  return { name: 'RELAYQ_TEST_MARKER', value: `test-${randomId()}` }
}

/** Starts a script that carries the marker and resolves once it has printed `lines` lines. */
async function startMarked(marker: { name: string; value: string }, script: string, lines: number) {
  const child = spawn('sh', ['-c', script], {
    env: { ...process.env, [marker.name]: marker.value },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let text = ''
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    text += chunk
    if (text.split('\n').length > lines) break
  }
  child.stdout.destroy()
  return child
}

/** A zombie that nobody has reaped yet is not alive. */
function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
  return stdout.trim() !== '' && !stdout.startsWith('Z')
}

test('a child in a session of its own and a double-forked one are ended with the rest', limit, async () => {
  const marker = newMarker()
  const script = `
    setsid sh -c 'echo session; exec sleep 300' &
    (sh -c 'setsid sleep 300 & echo forked' &)
    wait`
  const child = await startMarked(marker, script, 2)
  assert.ok((await listMarked(marker)).length >= 3)
  const { ended } = await killMarked(marker, { graceMs: 2000 })
  assert.ok(ended >= 3)
  assert.deepEqual(await listMarked(marker), [])
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
})

test('a process that ignores TERM is killed after the grace', limit, async () => {
  const marker = newMarker()
  await startMarked(marker, `trap '' TERM; echo up; while :; do sleep 0.05; done`, 1)
  await killMarked(marker, { graceMs: 100 })
  assert.deepEqual(await listMarked(marker), [])
})

test('a descendant that dropped the marker goes too, even when it outlives its parent', limit, async () => {
  const marker = newMarker()
  const bare = `env -i /bin/sh -c 'trap "" TERM; echo bare; while :; do /bin/sleep 0.05; done' & wait`
  await startMarked(marker, bare, 1)
  const before = await listMarked(marker)
  assert.ok(before.length >= 2)
  await killMarked(marker, { graceMs: 100 })
  assert.deepEqual(before.filter(isAlive), [])
})

test('a process that forks while it is being ended leaves nothing behind', limit, async () => {
  const marker = newMarker()
  await startMarked(marker, `trap 'setsid sleep 300 &' TERM; echo up; while :; do sleep 0.01; done`, 1)
  await killMarked(marker, { graceMs: 100 })
  assert.deepEqual(await listMarked(marker), [])
})

test('another marker of the same name is left alone', limit, async () => {
  const [ours, theirs] = [newMarker(), newMarker()]
  await startMarked(theirs, 'echo up; exec sleep 300', 1)
  assert.deepEqual(await killMarked(ours, { graceMs: 100 }), { ended: 0 })
  assert.equal((await listMarked(theirs)).length, 1)
  assert.deepEqual(await killMarked(theirs, { graceMs: 1000 }), { ended: 1 })
})

test('a marker that could be read in two ways is refused', async () => {
  await assert.rejects(listMarked({ name: 'A', value: 'b c' }), /cannot mark/)
})

test('the listing of macOS is read: environment after the command, zombies left out', () => {
  const output = [
    '    1     0 Ss   Mon Nov  2 08:00:00 2026     /sbin/launchd',
    '  501     1 S    Mon Nov 23 22:55:50 2026     node worker.js A=1 MARK=abc-1 HOME=/Users/o',
    '  502   501 S+   Mon Nov 23 22:55:51 2026     /bin/sleep 5',
    '  503   501 Z    Mon Nov 23 22:55:51 2026     (sh)',
    '  504     1 S    Mon Nov 23 22:55:52 2026     sh -c x MARK=abc-12 MARK=abc',
    'nonsense',
    '',
  ].join('\n')
  assert.deepEqual(
    parsePs(output, 'MARK=abc-1').map(({ pid, parent, marked }) => [pid, parent, marked]),
    [
      [1, 0, false],
      [501, 1, true],
      [502, 501, false],
      [504, 1, false],
    ],
  )
})
