import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { runProgram } from '../../src/base/process.ts'
import { mainPath } from '../../src/cli/fleet/program.ts'
import { placesOf, readInstalled, requireInstalled } from '../../src/provision/runner/inventory.ts'
import { fakeUid } from '../support/fake-machine.ts'
import { forSubmitting } from '../support/init-bench.ts'
import { copyProgramToLend } from '../support/lent-program.ts'
import { makeRunnerDesk, type RunnerDesk } from '../support/runner-desk.ts'
import { putRunnerPackage } from '../support/runner-package.ts'
import { testToken, tokenWithPermissions } from '../support/running-hub.ts'

const add = ['runner', 'add', 'rpi4', '--no-tools']
/** Not to those that prove how it is copied, or that nothing is begun. */
const lent = await copyProgramToLend()

/** What every way there has to end in. */
async function assertGoodState(desk: RunnerDesk): Promise<void> {
  const { machine } = desk
  const places = placesOf(machine.runners, 'rpi4')
  const runner = readInstalled(machine.runners, 'rpi4')
  assert.deepEqual([runner?.isComplete, runner?.begun, runner?.version], [true, null, '2.336.0'])
  assert.equal(await desk.statusOf('rpi4'), 'online')
  const modes = [
    places.versions,
    places.work,
    places.home,
    join(places.current, '.credentials'),
    join(places.home, '.config/relayq/env'),
  ]
  assert.deepEqual(
    modes.map(path => [(statSync(path).mode & 0o777).toString(8), statSync(path).uid]),
    [...Array(3).fill(['700', fakeUid]), ...Array(2).fill(['600', fakeUid])],
  )
  const ours = [places.inventory, join(places.hooks, 'job-started.sh'), join(places.program, 'bin', 'relayq')]
  assert.ok(
    ours.every(path => statSync(path).uid === process.getuid?.()),
    'no job can change these',
  )
  assert.deepEqual(
    [`${places.versions}/2.336.0.part`, `${places.program}.part`, `${places.current}.part`].filter(
      existsSync,
    ),
    [],
  )
  assert.equal(await desk.runJob(), 'success')
  assert.match(
    readFileSync(join(places.home, 'said'), 'utf8'),
    new RegExp(`^uid ${fakeUid}\n\\d+\\.\\d+\\.\\d+\n$`),
  )
}

test('A machine becomes a runner through config.sh, and a job runs on it as its own account', async t => {
  const desk = await makeRunnerDesk(t)
  const added = await desk.relayq(add)
  assert.equal(added.code, 0, added.stderr)
  assert.equal(added.stdout, 'rpi4\n')
  await assertGoodState(desk)
  assert.ok(
    desk.front.requests.some(request =>
      request.startsWith('POST /api/v3/actions/runners/register RemoteAuth'),
    ),
  )
  const labels = readInstalled(desk.machine.runners, 'rpi4')?.labels ?? []
  assert.deepEqual(labels.slice(0, 3), ['rpi4', 'audio', 'light'])

  const again = await desk.relayq(add)
  assert.equal(again.code, 0, again.stderr)
  assert.match(again.stderr, /register: as it should be/)
})

test('At a hub it registers by JIT, whose address may have a port', async t => {
  const desk = await makeRunnerDesk(t, lent)
  const added = await desk.relayq(add, { at: desk.hub.hub.apiUrl })
  assert.equal(added.code, 0, added.stderr)
  await assertGoodState(desk)
  assert.equal(readInstalled(desk.machine.runners, 'rpi4')?.registration, 'jit')
})

test('--dry-run names every step and does none', async t => {
  const desk = await makeRunnerDesk(t)
  const { code, stdout } = await desk.relayq([...add, '--dry-run'])
  assert.equal(code, 0)
  assert.deepEqual(
    stdout
      .trim()
      .split('\n')
      .map(line => line.split(' ')[0]),
    steps,
  )
  assert.deepEqual(desk.machine.calls(), [])
  assert.equal(existsSync(desk.machine.runners), false)
  const none = await desk.relayq(['runners'])
  assert.deepEqual([none.code, none.stdout], [0, ''])
  assert.match(none.stderr, /no machine is a runner of .* yet; on a machine: relayq runner add PROFILE/)
})

const steps = [
  ...[
    'account',
    'folders',
    'package',
    'unpack',
    'program',
    'hooks',
    'settings',
    'register',
    'link',
    'service',
    'timer',
  ],
  ...['start', 'online'],
]

test('Killed at every step, one after the other, it goes on each time and ends in the same good state', async t => {
  const desk = await makeRunnerDesk(t)
  for (const step of steps) await killAt(desk, step)
  const last = await desk.relayq(add)
  assert.equal(last.code, 0, last.stderr)
  await assertGoodState(desk)
})

/** kill -9 as soon as it says that the step begins. */
async function killAt(desk: RunnerDesk, step: string): Promise<void> {
  const child = spawn(process.execPath, [mainPath, ...add], {
    env: desk.env,
    cwd: desk.machine.folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = new Promise(resolve => child.once('close', resolve))
  let wasReached = false
  for await (const line of createInterface({ input: child.stderr })) {
    if (!line.startsWith(`relayq: ${step}: `)) continue
    wasReached = true
    child.kill('SIGKILL')
  }
  await ended
  assert.ok(wasReached, `${step} was never begun`)
}

/** The broker offers the package with these members changed. */
async function offer(desk: RunnerDesk, changes: object): Promise<void> {
  const { body } = await desk.hub.json('/actions/runners/downloads')
  const offered = (body as { os: string; download_url: string }[]).map(each => ({
    ...each,
    download_url: each.download_url.replace(desk.hub.hub.url, desk.front.origin),
    ...changes,
  }))
  desk.front.answer = (_, path) => (path.endsWith('/downloads') ? { status: 200, body: offered } : null)
}

test('A package of another checksum, or of none, is not installed; with the right one it goes on', async t => {
  const desk = await makeRunnerDesk(t, lent)
  const { versions } = placesOf(desk.machine.runners, 'rpi4')
  await offer(desk, { sha256_checksum: 'a'.repeat(64) })
  const wrong = await desk.relayq(add)
  assert.equal(wrong.code, 75)
  assert.match(wrong.stderr, /its SHA-256 is another[\s\S]*removed/)
  await offer(desk, { sha256_checksum: undefined })
  const none = await desk.relayq(add)
  assert.match(none.stderr, /names no SHA-256[\s\S]*releases\/tag\/v2\.336\.0 and add: --sha256/)
  assert.deepEqual(readdirSync(versions), [])
  desk.front.answer = () => null
  assert.equal((await desk.relayq(add)).code, 0)
  await assertGoodState(desk)
})

test('A full disk is said, leaves nothing half done, and room for it is enough to go on', async t => {
  const desk = await makeRunnerDesk(t)
  putRunnerPackage(desk.packages, { version: '2.336.0', paddingBytes: 6_000_000 })
  const { runners } = desk.machine
  mkdirSync(runners)
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', runners]).status !== 0) {
    t.skip('only root may mount a small disk')
    return
  }
  try {
    const { versions } = placesOf(runners, 'rpi4')
    // Too small for the package, then for what is in it, then for the copy of RelayQ.
    for (const [size, begun] of [
      ['2m', 'package'],
      ['9m', 'unpack'],
      ['14m', 'program'],
    ] as const) {
      spawnSync('mount', ['-o', `remount,size=${size}`, runners])
      const { code, stderr } = await desk.relayq(add)
      assert.equal(code, 75, stderr)
      assert.match(stderr, /The disk is full[\s\S]*df -h/)
      assert.equal(readInstalled(runners, 'rpi4')?.begun, begun)
      const left = readdirSync(runners, { recursive: true }).map(String)
      assert.deepEqual(
        left.filter(name => name.endsWith('.part')),
        [],
        begun,
      )
    }
    assert.deepEqual(readdirSync(versions), ['2.336.0'])
    spawnSync('mount', ['-o', 'remount,size=100m', runners])
    const last = await desk.relayq(add)
    assert.equal(last.code, 0, last.stderr)
    await assertGoodState(desk)
    assert.equal((await desk.relayq(['runner', 'remove', 'rpi4', '--yes'])).code, 0)
  } finally {
    spawnSync('umount', ['-l', runners])
  }
})

test('A token that may not, and one that has expired on its way to config.sh, end with exit code 4', async t => {
  const desk = await makeRunnerDesk(t)
  const wrong = await desk.relayq(add, { env: { GH_TOKEN: 'ghp_no' } })
  assert.equal(wrong.code, 4)
  assert.match(wrong.stderr, /does not accept the token/)
  const daily = { env: { GH_TOKEN: await tokenWithPermissions(desk.hub, forSubmitting) } }
  for (const words of [[...add, '--dry-run'], add]) {
    const refused = await desk.relayq(words, daily)
    assert.deepEqual([refused.code, refused.stdout], [4, ''])
    assert.match(refused.stderr, /may not register machines[\s\S]*Administration: Read and write/)
  }
  assert.deepEqual(desk.machine.calls(), [], 'nothing was begun')
  assert.equal(existsSync(desk.machine.runners), false)
  lent.lendTo(desk.machine.runners, 'rpi4')
  desk.front.answer = (_, path) =>
    path.endsWith('/registration-token') ? { status: 201, body: { token: 'rqg_registration_1_old' } } : null
  const expired = await desk.relayq(add)
  assert.equal(expired.code, 4)
  assert.match(
    expired.stderr,
    /does not let this machine register: .*Unauthorized[\s\S]*run the command again/,
  )
  assert.doesNotMatch(expired.stderr, /rqg_registration_1_old/)
  desk.front.answer = () => null
  assert.equal((await desk.relayq(add)).code, 0)
  await assertGoodState(desk)
})

test('A name that another machine has stays its own, unless it is to be replaced', async t => {
  const desk = await makeRunnerDesk(t, lent)
  const body = JSON.stringify({ name: 'rpi4', runner_group_id: 1, labels: ['self-hosted', 'theirs'] })
  await desk.hub.request('/actions/runners/generate-jitconfig', { method: 'POST', body })
  const taken = await desk.relayq(add)
  assert.equal(taken.code, 1)
  assert.match(
    taken.stderr,
    /There is a runner rpi4 already, with the labels self-hosted, theirs; it is offline[\s\S]*--replace/,
  )
  assert.deepEqual(desk.machine.calls(), [], 'nothing was begun')
  lent.lendTo(desk.machine.runners, 'rpi4-kitchen')
  const other = await desk.relayq([...add, '--name', 'rpi4-kitchen'])
  assert.equal(other.code, 0, other.stderr)
  const replaced = await desk.relayq([...add, '--replace'])
  assert.equal(replaced.code, 0, replaced.stderr)
  assert.equal(await desk.statusOf('rpi4'), 'online')
})

test('A runner that the broker has forgotten is registered again', async t => {
  const desk = await makeRunnerDesk(t, lent)
  assert.equal((await desk.relayq(add)).code, 0)
  const { body } = await desk.hub.json('/actions/runners?name=rpi4')
  const [{ id }] = (body as { runners: [{ id: number }] }).runners
  await desk.hub.request(`/actions/runners/${id}`, { method: 'DELETE' })
  const again = await desk.relayq(add)
  assert.equal(again.code, 0, again.stderr)
  await assertGoodState(desk)
})

test('A runner that was installed by hand is named with what takes it away', async t => {
  const desk = await makeRunnerDesk(t)
  writeFileSync(join(desk.machine.serviceFolder, 'actions.runner.octo-queue.old.service'), '')
  const { stderr } = await desk.relayq([...add, '--dry-run'])
  assert.match(
    stderr,
    /installed by hand is here too .*actions\.runner\.octo-queue\.old\.service.*svc\.sh uninstall/,
  )
})

test('A runner for one job is forgotten after it, and set up again by the same words', async t => {
  const desk = await makeRunnerDesk(t, lent)
  const once = [...add, '--ephemeral']
  assert.equal((await desk.relayq(once)).code, 0)
  const { service, ephemeral } = requireInstalled(desk.machine.runners, 'rpi4')
  assert.equal(ephemeral, true)
  assert.match(readFileSync(service.file, 'utf8'), /^Restart=on-failure$/m)
  assert.equal(await desk.runJob(), 'success')
  assert.equal(await desk.statusOf('rpi4'), null)
})

test('Who has not the rights is told the command that has, and nothing is begun', async t => {
  const desk = await makeRunnerDesk(t)
  const { machine } = desk
  // As another account where we are root; where we are not, what belongs to root is closed anyway.
  const account = process.getuid?.() === 0 ? { account: { uid: fakeUid, gid: fakeUid } } : {}
  const env = {
    ...desk.env,
    RELAYQ_RUNNER_HOME: '/relayq-test',
    RELAYQ_SERVICE_FOLDER: '/etc',
    NODE_COMPILE_CACHE: join(machine.folder, 'cache'),
  }
  const args = [mainPath, ...add, '--sha256', 'a'.repeat(64)]
  const refused = await runProgram(process.execPath, args, { env, cwd: machine.folder, ...account })
  assert.ok(refused.kind === 'exited')
  assert.equal(refused.code, 4, refused.stderr)
  assert.match(
    refused.stderr,
    /are root’s[\s\S]*Run: sudo --preserve-env=GH_TOKEN.* runner add rpi4 --no-tools --sha256/,
  )
  assert.deepEqual(machine.calls(), [])
})

test('Words that nothing can be made of are refused before the broker is asked', async t => {
  const desk = await makeRunnerDesk(t)
  for (const [words, why] of [
    [['add', 'rpi5'], /no profile "rpi5"[\s\S]*macmini, rpi4/],
    [['add', 'custom'], /no labels of its own[\s\S]*--labels gpu,fast/],
    [['add', 'rpi4', '--name', '../x'], /cannot be the name of a runner/],
    [['add', 'rpi4', '--labels', 'a b'], /cannot be a label/],
    [['add', 'rpi4', '--actor', 'a\nb'], /is no login/],
    [['add', 'rpi4', '--token-stdin'], /holds no token/],
    [['update', '..'], /cannot be the name/],
    [['remove', 'none'], /There is no runner none/],
  ] as const) {
    const { code, stderr } = await desk.relayq(['runner', ...words])
    assert.ok(code === 2 || code === 1, stderr)
    assert.match(stderr, why)
  }
  assert.deepEqual(desk.front.requests, [])
})

test('What its owner has written into settings and allow list is left as it is', async t => {
  const desk = await makeRunnerDesk(t, lent)
  assert.equal((await desk.relayq(add)).code, 0)
  const { home, hooks } = placesOf(desk.machine.runners, 'rpi4')
  const files = [join(home, '.config/relayq/env'), join(hooks, 'allow')]
  for (const file of files) writeFileSync(file, 'mine\n')
  assert.equal((await desk.relayq(add)).code, 0)
  assert.deepEqual(
    files.map(file => readFileSync(file, 'utf8')),
    ['mine\n', 'mine\n'],
  )
})

test('No secret is in an argument list, a log or a file but its own', async t => {
  const desk = await makeRunnerDesk(t, lent)
  const proxy = { https_proxy: 'http://me:pass-of-proxy@127.0.0.1:9' }
  const added = await desk.relayq(add, { env: proxy })
  assert.equal(added.code, 0, added.stderr)
  const { current } = placesOf(desk.machine.runners, 'rpi4')
  const credentials = JSON.parse(readFileSync(join(current, '.credentials'), 'utf8'))
  assert.match(readFileSync(join(current, '.env'), 'utf8'), /^https_proxy=http:\/\/me:pass-of-proxy@127/m)
  const secrets = [testToken, credentials.data.token as string, 'rqg_registration', 'pass-of-proxy']
  const written = readdirSync(desk.machine.folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .filter(
      path =>
        !path.includes('/hub/') &&
        !/\/\.(?:credentials|env)$/.test(path) &&
        !path.includes('/program/relayq/'),
    )
  for (const path of written) {
    const text = readFileSync(path, 'utf8')
    for (const secret of secrets) assert.ok(!text.includes(secret), `${secret.slice(0, 8)}… in ${path}`)
  }
  assert.ok(written.some(path => path.endsWith('/calls')))
  for (const secret of secrets) assert.ok(!`${added.stdout}${added.stderr}`.includes(secret))
  const commands = readFileSync(join(current, '_diag', 'arguments'), 'utf8')
  assert.match(commands, /--unattended --url .* --name rpi4 --labels rpi4,audio,light.* --disableupdate/)
})
