import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeFakeMachine } from '../../../test/support/fake-machine.ts'
import { temporaryFolder } from '../../../test/support/git-repository.ts'
import { installedRunner } from '../../../test/support/installed-runner.ts'
import { placesOf } from '../runner/inventory.ts'
import { markDrained, readDrained, unmarkDrained } from './drained.ts'
import { installTimer, isTimerInstalled, removeTimer, timerOf } from './install-timer.ts'
import { keepTimer } from './keep-timer.ts'
import { launchdExit, systemdExit } from './last-exit.ts'
import { noMemory, readMemory, writeMemory } from './memory.ts'
import { wipe } from './wipe.ts'

test('with which code a service ended is read from both managers', () => {
  const shown = (status: number, time: number) =>
    `ExecMainExitTimestampMonotonic=${time}\nExecMainStatus=${status}\n`
  assert.equal(systemdExit(shown(7, 123)), 7)
  assert.equal(systemdExit(shown(0, 0)), null)
  assert.equal(systemdExit(''), null)
  assert.equal(launchdExit('\tstate = running\n\tlast exit code = 7\n'), 7)
  assert.equal(launchdExit('\tlast exit code = (never exited)\n'), null)
})

test('wiping takes what is not needed, follows no link, and leaves the versions that may run', async t => {
  const root = temporaryFolder(t)
  const places = placesOf(root, 'rpi4')
  const runner = installedRunner('rpi4', { version: '2.3.0', previousVersion: '2.2.0' })
  const now = Date.parse('2026-11-26T12:00:00Z')
  const put = (path: string) => {
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, 'x')
    return path
  }
  for (const version of ['2.1.0', '2.2.0', '2.3.0']) put(join(places.versions, version, 'run.sh'))
  const old = put(join(places.versions, '2.3.0', '_diag', 'Runner_1.log'))
  const young = put(join(places.versions, '2.3.0', '_diag', 'Runner_2.log'))
  utimesSync(old, 0, now / 1000 - 8 * 86_400)
  utimesSync(young, 0, now / 1000 - 6 * 86_400)
  const outside = put(join(root, 'outside', 'precious'))
  put(join(places.work, 'queue', 'left'))
  put(join(places.work, '_tool', 'node'))
  symlinkSync(join(root, 'outside'), join(places.work, 'link'))

  await wipe('old_versions', runner, places, now)
  assert.deepEqual(
    ['2.1.0', '2.2.0', '2.3.0'].map(version => existsSync(join(places.versions, version))),
    [false, true, true],
  )
  await wipe('diag', runner, places, now)
  assert.deepEqual([old, young].map(existsSync), [false, true])
  await wipe('work', runner, places, now)
  const left = ['queue', 'link', '_tool'].map(name => existsSync(join(places.work, name)))
  assert.deepEqual(left, [false, false, true])
  await wipe('tool_cache', runner, places, now)
  assert.equal(existsSync(join(places.work, '_tool')), false)
  assert.equal(existsSync(outside), true)
  await wipe('work', runner, placesOf(root, 'none'), now)
})

test('what is remembered is read again, and a damaged file is no memory', async t => {
  const path = join(temporaryFolder(t), 'keep.json')
  assert.deepEqual(readMemory(path), {})
  const memory = {
    rpi4: { ...noMemory, restarts: ['2026-11-26T12:00:00Z'], updatedAt: '2026-11-26T11:00:00Z' },
  }
  writeMemory(path, memory)
  assert.deepEqual(readMemory(path), memory)
  for (const text of ['', '{', '[]', '{"format":2,"runners":{}}', '{"format":1,"runners":7}']) {
    writeFileSync(path, text)
    assert.deepEqual(readMemory(path), {})
  }
  writeFileSync(path, '{"format":1,"runners":{"a":7,"b":{"restarts":"x","updatedAt":"never"}}}')
  assert.deepEqual(readMemory(path), { a: noMemory, b: noMemory })
})

test('a drained runner is marked; a mark that cannot be read is a person’s', async t => {
  const places = { folder: temporaryFolder(t) }
  assert.equal(readDrained(places), null)
  markDrained(places, { by: 'keep', since: '2026-11-26T12:00:00Z' })
  assert.equal(readDrained(places)?.by, 'keep')
  writeFileSync(join(places.folder, 'drained.json'), 'garbage')
  assert.equal(readDrained(places)?.by, 'person')
  await unmarkDrained(places)
  await unmarkDrained(places)
  assert.equal(readDrained(places), null)
})

test('the timer calls the runner’s own copy of RelayQ every hour, by systemd and by launchd', () => {
  const keep = {
    command: ['/var/lib/relayq/runner/rpi 4/program/bin/relayq', 'runner', 'keep'],
    environment: { HOME: '/root', ODD: '100% $x' },
    logFile: '/var/log/relayq-keep.log',
  }
  const { unit, files } = keepTimer('systemd', keep)
  const [service, timer] = files
  assert.equal(unit, 'relayq-keep.timer')
  assert.match(
    service?.text ?? '',
    /^ExecStart="\/var\/lib\/relayq\/runner\/rpi 4\/program\/bin\/relayq" runner keep$/m,
  )
  assert.match(service?.text ?? '', /^Environment="ODD=100%% \$x"$/m)
  assert.match(timer?.text ?? '', /^OnCalendar=hourly$/m)
  const list = keepTimer('launchd', keep)
  assert.deepEqual(
    [list.unit, list.files.length, list.files[0]?.name],
    ['io.relayq.keep', 1, 'io.relayq.keep.plist'],
  )
  assert.match(list.files[0]?.text ?? '', /<key>StartInterval<\/key>\n\s*<integer>3600<\/integer>/)
})

test('the timer is installed once, handed to the service manager, and removed with the last runner', async t => {
  for (const kind of ['systemd', 'launchd'] as const) {
    const machine = makeFakeMachine(t)
    const service = { kind, unit: 'x', file: join(machine.serviceFolder, 'x') }
    const places = placesOf(machine.runners, 'rpi4')
    const timer = timerOf({ ...installedRunner('rpi4'), service }, places, machine.env)
    assert.equal(await isTimerInstalled(timer, service), false)
    await installTimer(timer, service, machine.env)
    await installTimer(timer, service, machine.env)
    assert.equal(await isTimerInstalled(timer, service), true)
    const other = timerOf(
      { ...installedRunner('rpi3'), service },
      placesOf(machine.runners, 'rpi3'),
      machine.env,
    )
    assert.equal(await isTimerInstalled(other, service), false)
    await removeTimer(service, machine.env)
    await removeTimer(service, machine.env)
    assert.deepEqual(readdirSync(machine.serviceFolder), [])
    const isKnown = execFileSync('sh', ['-c', `ls '${machine.folder}/services' 2>/dev/null || true`])
    assert.equal(String(isKnown).includes('io.relayq.keep.json'), false)
    const verb = kind === 'systemd' ? 'systemctl enable relayq-keep.timer' : 'launchctl bootstrap system'
    assert.ok(machine.calls().some(call => call.startsWith(verb)))
  }
})
