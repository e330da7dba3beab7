import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { mainPath } from '../../src/cli/fleet/program.ts'
import { placesOf, readInstalled, writeInstalled } from '../../src/provision/runner/inventory.ts'
import { type FakeMachine, makeFakeMachine } from '../support/fake-machine.ts'
import { until } from '../support/fleet.ts'
import { installedRunner } from '../support/installed-runner.ts'
import { copyProgramToLend } from '../support/lent-program.ts'
import { runRelayq } from '../support/relayq-process.ts'
import { putRunnerPackage } from '../support/runner-package.ts'
import { type HubFixture, startTestHub, testToken } from '../support/running-hub.ts'

interface Desk {
  readonly machine: FakeMachine
  readonly hub: HubFixture
  readonly packages: string
  relayq(...words: readonly string[]): ReturnType<typeof runRelayq>
  status(): Promise<string>
}

const lent = await copyProgramToLend()

/** A machine with the runner rpi4, set up as its owner does it. */
async function desk(t: TestContext): Promise<Desk> {
  const machine = makeFakeMachine(t)
  lent.lendTo(machine.runners, 'rpi4')
  const packages = join(machine.folder, 'hub', 'runner-packages')
  mkdirSync(packages, { recursive: true })
  putRunnerPackage(packages, { version: '2.336.0' })
  const hub = await startTestHub(t, undefined, { stateDir: join(machine.folder, 'hub') })
  const env = {
    ...machine.env,
    RELAYQ_API_URL: hub.hub.apiUrl,
    RELAYQ_TOKEN: testToken,
    GH_REPO: 'octo/queue',
  }
  const relayq = (...words: readonly string[]) => runRelayq(words, machine.folder, env)
  const added = await relayq('runner', 'add', 'rpi4', '--no-tools')
  assert.equal(added.code, 0, added.stderr)
  const status = async () => {
    const { body } = await hub.json('/actions/runners')
    const [runner] = (body as { runners: { status: string }[] }).runners
    return runner?.status ?? 'unknown'
  }
  return { machine, hub, packages, relayq, status }
}

const untilOnline = ({ status }: Desk) =>
  until('the runner online', async () => ((await status()) === 'online' ? true : null))

test('keep starts, updates and registers anew what needs it, and leaves alone what is well', {
  timeout: 180_000,
}, async t => {
  const here = await desk(t)
  const { machine, hub, relayq } = here
  const keep = async (...words: readonly string[]) => {
    const { code, stderr, stdout } = await relayq('runner', 'keep', ...words)
    return { code, said: stderr.replaceAll('relayq: ', ''), stdout }
  }
  const timer = readFileSync(join(machine.serviceFolder, 'relayq-keep.service'), 'utf8')
  assert.match(timer, /^ExecStart=\S+\/rpi4\/program\/bin\/relayq runner keep$/m)
  assert.ok(machine.calls().includes('systemctl enable relayq-keep.timer'))

  const well = await keep()
  assert.deepEqual([well.code, well.said, well.stdout], [0, 'all is well (0 looked at)\n', ''])

  const unit = 'relayq-runner-rpi4.service'
  execFileSync('systemctl', ['stop', unit], { env: machine.env })
  const started = await keep()
  assert.match(started.said, /^rpi4: start, since its service does not run$/m)
  await untilOnline(here)

  machine.put('vcgencmd', 'echo throttled=0x50001')
  const weak = await keep()
  assert.equal(weak.code, 1)
  assert.match(weak.stdout, /^problem {2}power and heat: under-voltage now$/m)
  machine.put('vcgencmd', 'echo throttled=0x0')

  putRunnerPackage(here.packages, { version: '2.337.0' })
  const dry = await keep('--dry-run')
  assert.match(dry.said, /rpi4: update, since version 2\.337\.0 is offered.*\(not done: --dry-run\)/)
  assert.equal(readInstalled(machine.runners, 'rpi4')?.version, '2.336.0')
  assert.equal(existsSync(join(machine.runners, 'keep.json')), true)
  const updated = await keep()
  assert.equal(updated.code, 0, updated.said)
  assert.equal(readInstalled(machine.runners, 'rpi4')?.version, '2.337.0')

  const { body } = await hub.json('/actions/runners')
  const [runner] = (body as { runners: { id: number }[] }).runners
  await hub.request(`/actions/runners/${runner?.id}`, { method: 'DELETE' })
  const registered = await keep()
  assert.equal(registered.code, 0, registered.said)
  assert.match(registered.said, /rpi4: register anew, since GitHub does not know it any more/)
  assert.equal(await here.status(), 'online')

  const calls = machine.calls().length
  assert.equal((await keep()).code, 0)
  const since = machine.calls().slice(calls)
  assert.deepEqual(
    since.filter(call => /systemctl (start|stop|restart|enable)/.test(call)),
    [],
  )
  assert.equal(
    since.some(call => call.includes(unit)),
    true,
  )
  assert.equal(
    machine.calls().some(call => call.includes(testToken)),
    false,
  )
})

test('drain waits for the job at work, then the runner stays stopped until it is resumed', {
  timeout: 120_000,
}, async t => {
  const here = await desk(t)
  const { machine, relayq } = here
  const bin = join(machine.runners, 'rpi4', 'versions', '2.336.0', 'bin')
  const worker = join(bin, 'Runner.Worker')
  writeFileSync(worker, '#!/bin/sh\nread line\n')
  chmodSync(worker, 0o755)
  const job = spawn(worker, ['spawnclient', '1', '2'], { stdio: ['pipe', 'ignore', 'ignore'] })
  t.after(() => job.kill('SIGKILL'))

  const draining = spawn(process.execPath, [mainPath, 'runner', 'drain', 'rpi4'], {
    env: machine.env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = once(draining, 'exit')
  const lines = createInterface(draining.stderr)[Symbol.asyncIterator]()
  assert.match(String((await lines.next()).value), /rpi4 is at work; it is stopped when its job has ended/)
  assert.equal(await here.status(), 'online')
  job.stdin.end('\n')
  assert.match(String((await lines.next()).value), /rpi4 is stopped, and stays so/)
  assert.deepEqual(await ended, [0, null])
  await until('the runner offline', async () => ((await here.status()) === 'offline' ? true : null))
  assert.ok(machine.calls().includes('systemctl disable relayq-runner-rpi4.service'))

  const kept = await relayq('runner', 'keep')
  assert.equal(kept.code, 0, kept.stderr)
  assert.equal(await here.status(), 'offline')
  assert.equal((await relayq('runner', 'resume', 'rpi4')).code, 0)
  await untilOnline(here)

  machine.put('journalctl', 'echo "$*"; printf "a\\033[31mb\\n"')
  const logs = await relayq('runner', 'logs', '-n', '5')
  assert.match(
    logs.stdout,
    /^--unit relayq-runner-rpi4\.service --lines 5 --output short-iso --no-pager\nab\n$/,
  )
})

test('A Mac’s runner that has said nothing yet has no log, which is told in words', async t => {
  const machine = makeFakeMachine(t)
  const service = { kind: 'launchd', unit: 'io.relayq.runner.macmini', file: '/Library/x.plist' } as const
  writeInstalled(machine.runners, installedRunner('macmini', { service }))
  const logs = async () => await runRelayq(['runner', 'logs'], machine.folder, machine.env)
  const none = await logs()
  assert.deepEqual([none.code, none.stdout], [1, ''])
  assert.match(none.stderr, /^relayq: There is no log in .*macmini\/log yet\.\n {2}\S/)
  const { log } = placesOf(machine.runners, 'macmini')
  mkdirSync(log)
  writeFileSync(join(log, 'runner.log'), 'Listening for Jobs\n')
  assert.equal((await logs()).stdout, 'Listening for Jobs\n')
})
