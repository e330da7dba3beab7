import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeFakeMachine } from '../../../../test/support/fake-machine.ts'
import { installedRunner } from '../../../../test/support/installed-runner.ts'
import { runChecks } from '../check.ts'
import type { Finding } from '../finding.ts'
import { tailscaleCheck } from '../tailscale.ts'
import { judgeDisks } from './disk.ts'
import { inputRootsCheck } from './input-roots.ts'
import { judgeIsolation } from './isolation.ts'
import { judgeMemory } from './memory.ts'
import { ffmpegCheck } from './programs.ts'
import { raspberryPiCheck } from './raspberry-pi.ts'
import { servicesCheck } from './services.ts'
import { sleepCheck } from './sleep.ts'
import { judgeSystem } from './system.ts'
import type { ThisMachine } from './this-machine.ts'

function inShort(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ severity, what }) => `${severity}: ${what}`)
}

/** Only what the test puts on its PATH is there. */
function bareMachine(t: Parameters<typeof makeFakeMachine>[0], platform: NodeJS.Platform = 'linux') {
  const fake = makeFakeMachine(t)
  const machine: ThisMachine = { env: fake.env, platform, uid: 1000, programFolders: [] }
  return { fake, machine }
}

test('A Raspberry Pi under a system of 32 bits is a problem that a new card mends', () => {
  const model = 'Raspberry Pi 3 Model B Rev 1.2'
  const judge = (arch: string, kernel: string) => judgeSystem({ platform: 'linux', arch, kernel, model })
  assert.equal(judge('arm', 'armv7l').severity, 'problem')
  assert.match(judge('arm', 'aarch64').what, /although the kernel has 64/)
  assert.equal(judge('arm64', 'aarch64').what, `${model}, linux, arm64`)
})

test('Little room and little memory are told by how little', () => {
  const judge = (freeBytes: number) => judgeDisks([{ folders: ['/var/lib'], freeBytes }])[0]?.severity
  assert.deepEqual([5e9, 4e9, 5e8].map(judge), ['ok', 'warning', 'problem'])
  assert.deepEqual(
    [512, 900, 16_384].map(size => judgeMemory(size).severity),
    ['warning', 'ok', 'ok'],
  )
})

test('Under-voltage and heat of a Pi are read from its firmware; other machines have none', async t => {
  const { fake, machine } = bareMachine(t)
  const look = async (throttled: string, celsius: string) => {
    fake.put(
      'vcgencmd',
      `case $1 in get_throttled) echo throttled=${throttled};; *) echo "temp=${celsius}'C";; esac`,
    )
    return inShort(await runChecks([raspberryPiCheck(machine)]))
  }
  assert.deepEqual(await runChecks([raspberryPiCheck(machine)]), [])
  assert.deepEqual(await look('0x0', '48.3'), ['ok: enough power, 48.3 °C'])
  assert.deepEqual(await look('0x50005', '51.0'), ['problem: under-voltage now'])
  assert.deepEqual(await look('0x10000', '51.0'), ['warning: under-voltage since it was started'])
  assert.deepEqual(await look('0x0', '84.2'), ['warning: it is hot (84.2 °C)'])
})

test('A Mac that sleeps, or stays off after a power cut, is told how not to', async t => {
  const { fake, machine } = bareMachine(t, 'darwin')
  const look = async (sleep: number, restart: number) => {
    const lines = ['Battery Power:', ' sleep 1', 'AC Power:', ` autorestart ${restart}`, ` sleep ${sleep}`]
    fake.put('pmset', lines.map(line => `echo '${line}'`).join('\n'))
    return runChecks([sleepCheck(machine)])
  }
  assert.deepEqual(inShort(await look(0, 1)), ['ok: it stays awake, and starts again after a power cut'])
  const found = await look(10, 0)
  assert.deepEqual(inShort(found), [
    'warning: this Mac sleeps after 10 minutes',
    'warning: this Mac stays off after the power was gone',
  ])
  assert.equal(found[0]?.mend?.command, 'sudo pmset -a sleep 0 disksleep 0')
})

test('ffmpeg that is missing or broken is told with the command of this system', async t => {
  const { fake, machine } = bareMachine(t)
  const env = { ...fake.env, PATH: join(fake.folder, 'bin') }
  const look = (uid: number, platform: NodeJS.Platform = 'linux') =>
    runChecks([ffmpegCheck({ ...machine, env, uid, platform })])
  fake.put('ffmpeg', 'exit 127')
  fake.put('ffprobe', 'echo ffprobe version 7.1')
  const [broken] = await look(1000)
  assert.deepEqual([broken?.severity, broken?.where], ['problem', join(fake.folder, 'bin', 'ffmpeg')])
  assert.equal(broken?.mend?.command, 'sudo apt-get install -y --reinstall ffmpeg')
  assert.equal((await look(0, 'darwin'))[0]?.mend?.command, 'brew reinstall ffmpeg')
  fake.put('ffmpeg', 'echo ffmpeg version 7.1 Copyright')
  assert.deepEqual(inShort(await look(1000)), ['ok: version 7.1'])
})

test('Services that do not run, or not after the next boot, are told; root may have them mended', async t => {
  const { fake, machine } = bareMachine(t)
  fake.put('systemctl', '[ "$2" = relayq-runner-sleepy.service ] && exit 1\necho enabled')
  const names = ['well', 'down', 'sleepy', 'half', 'idle']
  mkdirSync(join(fake.runners, 'idle'), { recursive: true })
  const drained = { by: 'person', since: '2026-11-20T10:00:00.000Z' }
  writeFileSync(join(fake.runners, 'idle', 'drained.json'), JSON.stringify(drained))
  const runners = names.map(name => installedRunner(name, { isComplete: name !== 'half' }))
  const look = (uid: number) =>
    runChecks([
      servicesCheck(
        runners,
        fake.runners,
        async ({ unit }) => (unit.includes('down') ? 'failed' : 'running'),
        {
          ...machine,
          uid,
        },
      ),
    ])
  const found = await look(1000)
  assert.deepEqual(inShort(found), [
    'problem: the service of down does not run (failed)',
    'warning: the service of sleepy does not start at boot',
    'problem: the runner half is not set up to its end',
    'warning: idle is drained since 2026-11-20 10:00 UTC, by a person',
  ])
  assert.equal(found[0]?.mend?.command, 'sudo systemctl restart relayq-runner-down.service')
  assert.equal(found[0]?.mend?.isSafe, false)
  assert.deepEqual((await look(0))[0]?.mend?.words, ['systemctl', 'restart', 'relayq-runner-down.service'])
})

test('What stands between a job and the machine is told', () => {
  const judge = (changes: Parameters<typeof installedRunner>[1], hasHooks = true) => {
    return inShort([judgeIsolation({ runner: installedRunner('rpi4', changes), hasHooks })])[0]
  }
  assert.equal(judge({}), 'ok: jobs of rpi4 run as relayq-runner, behind hooks, in no container')
  assert.equal(judge({ user: 'root' }), 'problem: jobs of rpi4 run as root')
  assert.equal(judge({}, false), 'problem: rpi4 has no hooks')
  const service = { kind: 'launchd-gui', unit: 'x', file: '/x' } as const
  assert.equal(judge({ user: 'ada', service }), 'warning: jobs of rpi4 run in the session of ada')
})

test('Tailscale is looked at only where it is, and says itself what is wrong', async t => {
  const { fake, machine } = bareMachine(t)
  const check = () => runChecks([tailscaleCheck(machine)])
  const say = (status: object) => fake.put('tailscale', `echo '${JSON.stringify(status)}'`)
  assert.deepEqual(await check(), [])
  say({ BackendState: 'Running', Self: { DNSName: 'rpi4.tail1.ts.net.' } })
  assert.deepEqual(inShort(await check()), ['ok: up, as rpi4.tail1.ts.net'])
  say({ BackendState: 'NeedsLogin' })
  assert.equal((await check())[0]?.mend?.command, 'sudo tailscale up')
  say({ BackendState: 'Running', Health: ['no relay is reachable'] })
  assert.deepEqual(inShort(await check()), ['warning: no relay is reachable'])
  fake.put('tailscale', 'echo failed to connect to local tailscaled >&2; exit 1')
  assert.deepEqual(inShort(await check()), ['warning: it is installed and down'])
})

test('Folders of inputs must be there, and an empty one may be a disk that is away', async t => {
  const { fake } = bareMachine(t)
  const empty = join(fake.folder, 'nas')
  mkdirSync(empty)
  const found = await runChecks([
    inputRootsCheck(async () => [join(fake.folder, 'bin'), empty, join(fake.folder, 'gone')]),
  ])
  assert.deepEqual(
    found.map(({ severity }) => severity),
    ['ok', 'warning', 'problem'],
  )
})
