import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { runningProgram } from '../../src/cli/commands/runner/running-program.ts'
import { mainPath } from '../../src/cli/fleet/program.ts'
import { GitHubClient } from '../../src/github/client.ts'
import { GitHubEnrolment } from '../../src/github/enrolment.ts'
import { choosePackage } from '../../src/provision/runner/choose-package.ts'
import {
  placesOf,
  readInstalled,
  requireInstalled,
  writeInstalled,
} from '../../src/provision/runner/inventory.ts'
import { openServiceManager } from '../../src/provision/runner/open-service-manager.ts'
import { lookAtMachine, platformOf } from '../../src/provision/runner/platform.ts'
import { type UpdateOutcome, updateRunner } from '../../src/provision/runner/update-runner.ts'
import { until } from '../support/fleet.ts'
import { copyProgramToLend } from '../support/lent-program.ts'
import { makeRunnerDesk, type RunnerDesk } from '../support/runner-desk.ts'
import { putRunnerPackage } from '../support/runner-package.ts'
import { testToken } from '../support/running-hub.ts'

const lent = await copyProgramToLend()

async function deskWithRunner(t: TestContext): Promise<RunnerDesk> {
  const desk = await makeRunnerDesk(t, lent)
  const added = await desk.relayq(['runner', 'add', 'rpi4', '--no-tools'])
  assert.equal(added.code, 0, added.stderr)
  return desk
}

/** In this process, so that nobody waits three minutes for a version that never comes up. */
async function update(t: TestContext, desk: RunnerDesk): Promise<UpdateOutcome> {
  const { env } = desk
  const client = new GitHubClient({
    apiUrl: desk.front.apiUrl,
    token: testToken,
    owner: 'octo',
    repo: 'queue',
  })
  t.after(() => client.close())
  const enrolment = await GitHubEnrolment.open(client)
  return await updateRunner(
    {
      root: desk.machine.runners,
      runner: requireInstalled(desk.machine.runners, 'rpi4'),
      chosen: choosePackage(await enrolment.downloads(), platformOf(await lookAtMachine(env)), null),
      program: runningProgram(),
      enrolment,
      services: openServiceManager('systemd', env),
      env,
      signal: AbortSignal.timeout(60_000),
      onBytes: () => {},
      clock: Date.now,
      // Fifty looks, each of which starts a process: under load they take longer, as what they look for does.
      upMs: 1_250,
      pollMs: 25,
    },
    () => {},
  )
}

function startedVersion(desk: RunnerDesk): string {
  const { current } = placesOf(desk.machine.runners, 'rpi4')
  return JSON.parse(readFileSync(join(current, '_diag', 'started.json'), 'utf8')).version
}

test('A newer version is brought, takes the registration along, and the one before stays beside it', async t => {
  const desk = await deskWithRunner(t)
  putRunnerPackage(desk.packages, { version: '2.337.0' })
  const updated = await desk.relayq(['runner', 'update', 'rpi4'])
  assert.equal(updated.code, 0, updated.stderr)
  assert.equal(updated.stdout, '2.337.0\n')
  const places = placesOf(desk.machine.runners, 'rpi4')
  const { version, previousVersion, begun } = requireInstalled(desk.machine.runners, 'rpi4')
  assert.deepEqual([version, previousVersion, begun], ['2.337.0', '2.336.0', null])
  assert.equal(startedVersion(desk), '2.337.0')
  assert.equal(statSync(join(places.current, '.credentials')).mode & 0o777, 0o600)
  assert.equal(await desk.runJob(), 'success')
  const again = await desk.relayq(['runner', 'update', 'rpi4'])
  assert.match(again.stderr, /runs 2\.337\.0, the newest that is offered/)
  putRunnerPackage(desk.packages, { version: '2.338.0' })
  assert.equal((await update(t, desk)).kind, 'updated')
  assert.deepEqual(readdirSync(places.versions).sort(), ['2.337.0', '2.338.0'], 'older ones are removed')
})

test('While a job runs neither an update nor a removal touches the service', async t => {
  const desk = await deskWithRunner(t)
  putRunnerPackage(desk.packages, { version: '2.337.0' })
  const { body } = await desk.hub.json('/actions/runners?name=rpi4')
  const [runner] = (body as { runners: object[] }).runners
  const busy = { total_count: 1, runners: [{ ...runner, busy: true }] }
  desk.front.answer = (_, path) => (path.includes('/actions/runners?') ? { status: 200, body: busy } : null)
  const before = desk.machine.calls().length
  const updated = await desk.relayq(['runner', 'update', 'rpi4'])
  assert.equal(updated.code, 5)
  assert.match(updated.stderr, /is running a job, which an update would cut off/)
  const removed = await desk.relayq(['runner', 'remove', 'rpi4', '--yes'])
  assert.equal(removed.code, 5)
  assert.deepEqual(desk.machine.calls().slice(before), [])
  assert.equal(readInstalled(desk.machine.runners, 'rpi4')?.version, '2.336.0')
})

test('A drained runner is not updated, which would start it; resumed, it is', async t => {
  const desk = await deskWithRunner(t)
  const drained = await desk.relayq(['runner', 'drain', 'rpi4'])
  assert.equal(drained.code, 0, drained.stderr)
  putRunnerPackage(desk.packages, { version: '2.337.0' })
  const before = desk.machine.calls().length
  const refused = await desk.relayq(['runner', 'update', 'rpi4'])
  assert.equal(refused.code, 5, refused.stderr)
  assert.match(refused.stderr, /rpi4 is drained[\s\S]*relayq runner resume rpi4/)
  assert.deepEqual(desk.machine.calls().slice(before), [], 'the service is left alone')
  await desk.relayq(['runner', 'resume', 'rpi4'])
  const updated = await desk.relayq(['runner', 'update', 'rpi4'])
  assert.equal(updated.stdout, '2.337.0\n', updated.stderr)
})

test('A version that ends at once is taken back, and the old one takes jobs again', async t => {
  const desk = await deskWithRunner(t)
  putRunnerPackage(desk.packages, { version: '2.337.0', runScript: 'echo bad >&2; exit 1' })
  assert.deepEqual(await update(t, desk), { kind: 'rolled_back', version: '2.336.0', refused: '2.337.0' })
  const places = placesOf(desk.machine.runners, 'rpi4')
  assert.equal(readlinkSync(places.current), 'versions/2.336.0')
  assert.deepEqual(readdirSync(places.versions), ['2.336.0'])
  assert.equal(readInstalled(desk.machine.runners, 'rpi4')?.version, '2.336.0')
  assert.equal(await desk.runJob(), 'success')
})

test('An update that is killed after the switch to a bad version comes back to the good one', async t => {
  const desk = await deskWithRunner(t)
  putRunnerPackage(desk.packages, { version: '2.337.0', runScript: 'exit 1' })
  const { env, machine } = desk
  const child = spawn(process.execPath, [mainPath, 'runner', 'update', 'rpi4'], { env, cwd: machine.folder })
  const ended = new Promise(resolve => child.once('close', resolve))
  await until('the switch', () => {
    const link = readlinkSync(placesOf(machine.runners, 'rpi4').current)
    return link === 'versions/2.337.0' ? link : null
  })
  child.kill('SIGKILL')
  await ended
  const found = requireInstalled(machine.runners, 'rpi4')
  assert.deepEqual([found.begun, found.previousVersion, found.version], ['update', '2.336.0', '2.336.0'])
  assert.deepEqual(await update(t, desk), { kind: 'rolled_back', version: '2.336.0', refused: '2.337.0' })
  assert.equal(await desk.runJob(), 'success')
})

test('A runner is removed with its service, registration and folder, and nothing of others', async t => {
  const desk = await deskWithRunner(t)
  const { folder } = placesOf(desk.machine.runners, 'rpi4')
  const asked = await desk.relayq(['runner', 'remove', 'rpi4'])
  assert.equal(asked.code, 2)
  assert.match(asked.stderr, /would be removed, with the keys and models in its home[\s\S]*--yes/)
  const listed = JSON.parse(
    (await desk.relayq(['runner', 'list', '--json', 'name,version,service,registered'])).stdout,
  )
  assert.deepEqual(
    [listed[0].name, listed[0].version, listed[0].service, listed[0].registered],
    ['rpi4', '2.336.0', 'running', 'online'],
  )
  const removed = await desk.relayq(['runner', 'remove', 'rpi4', '--yes'])
  assert.equal(removed.code, 0, removed.stderr)
  assert.deepEqual([existsSync(folder), readdirSync(desk.machine.serviceFolder)], [false, []])
  assert.equal(await desk.statusOf('rpi4'), null)
  const again = await desk.relayq(['runner', 'remove', 'rpi4', '--yes'])
  assert.equal(again.code, 1)
  assert.match(again.stderr, /There is no runner rpi4 on this machine/)
})

test('Removing goes on where the broker does not know it any more, or knows another of its name', async t => {
  const desk = await deskWithRunner(t)
  const remove = ['runner', 'remove', 'rpi4', '--yes']
  const { body } = await desk.hub.json('/actions/runners?name=rpi4')
  const [{ id }] = (body as { runners: [{ id: number }] }).runners
  await desk.hub.request(`/actions/runners/${id}`, { method: 'DELETE' })
  const another = JSON.stringify({ name: 'rpi4', runner_group_id: 1, labels: ['self-hosted', 'theirs'] })
  await desk.hub.request('/actions/runners/generate-jitconfig', { method: 'POST', body: another })
  const removed = await desk.relayq(remove)
  assert.equal(removed.code, 0, removed.stderr)
  assert.match(removed.stderr, /another machine’s now, which stays/)
  assert.equal(await desk.statusOf('rpi4'), 'offline', 'the other’s')
})

test('A broker that is away stops a removal, unless it is to happen only here', async t => {
  const desk = await deskWithRunner(t)
  const { folder } = placesOf(desk.machine.runners, 'rpi4')
  const away = { at: 'http://127.0.0.1:1/api/v3' }
  const { repository, ...runner } = requireInstalled(desk.machine.runners, 'rpi4')
  writeInstalled(desk.machine.runners, { ...runner, repository: { ...repository, apiUrl: away.at } })
  assert.equal((await desk.relayq(['runner', 'remove', 'rpi4', '--yes'], away)).code, 75)
  assert.equal(existsSync(folder), true)
  assert.match((await desk.relayq(['runner', 'list'], away)).stdout, /not asked/)
  const here = await desk.relayq(['runner', 'remove', 'rpi4', '--yes', '--only-here'], away)
  assert.equal(here.code, 0, here.stderr)
  assert.equal(existsSync(folder), false)
})
