import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fakeUid, makeFakeMachine } from '../../../test/support/fake-machine.ts'
import { until } from '../../../test/support/fleet.ts'
import { temporaryFolder } from '../../../test/support/git-repository.ts'
import { serviceSpec } from '../../../test/support/service-spec.ts'
import { launchdPlist } from './launchd-plist.ts'
import { openServiceManager } from './open-service-manager.ts'
import { systemdUnit } from './systemd-unit.ts'

test('The unit says what systemd understands, and no more than it understands', t => {
  const folder = temporaryFolder(t)
  const path = join(folder, 'relayq-runner-rpi4.service')
  writeFileSync(path, systemdUnit(serviceSpec(folder, { user: 'root' })))
  const verified = spawnSync('systemd-analyze', ['verify', '--man=no', path], { encoding: 'utf8' })
  if (verified.error === undefined) {
    const ofUnit = `${verified.stdout}${verified.stderr}`.split('\n').filter(line => line.includes('rpi4'))
    assert.deepEqual(ofUnit, [])
  }
  const unit = readFileSync(path, 'utf8')
  for (const line of [
    'Restart=always',
    'NoNewPrivileges=yes',
    'ProtectSystem=strict',
    'PrivateTmp=yes',
    'KillMode=mixed',
    'TimeoutStopSec=300',
    'MemoryMax=80%',
    'WantedBy=multi-user.target',
    'Environment="TEXT=50%% of \\"all\\" \\\\ $HOME & <tags>"',
    'ExecStart=/bin/sh -c "echo \\"$$TEXT\\" > said; exec sleep 600"',
  ]) {
    assert.ok(unit.split('\n').includes(line), line)
  }
  assert.match(systemdUnit(serviceSpec(folder, { restartsAlways: false })), /^Restart=on-failure$/m)
})

test('The plist is one that Apple’s format allows, and keeps the runner alive', t => {
  const folder = temporaryFolder(t)
  const read = (isAgent: boolean): Record<string, unknown> => {
    const path = join(folder, 'x.plist')
    writeFileSync(path, launchdPlist(serviceSpec(folder), 'io.relayq.runner.rpi4', isAgent))
    const toJson = 'import json,plistlib,sys;print(json.dumps(plistlib.load(open(sys.argv[1],"rb"))))'
    return JSON.parse(execFileSync('python3', ['-c', toJson, path], { encoding: 'utf8' }))
  }
  const spec = serviceSpec(folder)
  const daemon = read(false)
  assert.deepEqual(daemon['ProgramArguments'], spec.command)
  assert.deepEqual(daemon['EnvironmentVariables'], spec.environment)
  assert.deepEqual(
    [daemon['UserName'], daemon['KeepAlive'], daemon['RunAtLoad']],
    ['relayq-runner', true, true],
  )
  assert.deepEqual([daemon['ThrottleInterval'], daemon['Umask']], [10, 0o77])
  const agent = read(true)
  assert.deepEqual([agent['UserName'], agent['LimitLoadToSessionType']], [undefined, 'Aqua'])
})

for (const kind of ['systemd', 'launchd', 'launchd-gui'] as const) {
  test(`${kind}: a service is installed, started, started again, stopped and removed`, async t => {
    const { machine, folder } = workingMachine(t)
    const services = openServiceManager(kind, machine.env)
    const service = services.place('rpi4')
    const text = services.describe(serviceSpec(folder))
    assert.equal(await services.state(service), 'absent')
    assert.equal(await services.install(service, text), true)
    assert.equal(await services.install(service, text), false, 'the same text changes nothing')
    assert.equal(await services.state(service), 'stopped')
    await services.stop(service)
    await services.start(service)
    await services.start(service)
    assert.equal(await services.state(service), 'running')
    const said = join(folder, 'said')
    const words = await until('the service has spoken', () =>
      existsSync(said) ? readFileSync(said, 'utf8') || null : null,
    )
    assert.equal(words.trim(), '50% of "all" \\ $HOME & <tags>')
    await services.restart(service)
    assert.equal(await services.state(service), 'running')
    await services.stop(service)
    assert.equal(await services.state(service), 'stopped')
    await services.start(service)
    await services.remove(service)
    await services.remove(service)
    assert.equal(await services.state(service), 'absent')
  })
}

test('A service manager that refuses is quoted, and one that is missing is named', async t => {
  const { machine, folder } = workingMachine(t)
  machine.put('systemctl', 'echo "Access denied" >&2; exit 4')
  const services = openServiceManager('systemd', machine.env)
  const service = services.place('rpi4')
  await assert.rejects(services.install(service, services.describe(serviceSpec(folder))), {
    code: 'service_manager',
    message: /systemctl daemon-reload.* code 4: Access denied/,
  })
  const absent = openServiceManager('launchd', { ...machine.env, PATH: folder })
  await assert.rejects(absent.start(absent.place('x')), { code: 'service_manager', message: /no launchctl/ })
})

function workingMachine(t: TestContext) {
  const machine = makeFakeMachine(t)
  const folder = join(machine.folder, 'working')
  mkdirSync(folder)
  chownSync(folder, fakeUid, fakeUid)
  chmodSync(folder, 0o755)
  return { machine, folder }
}
