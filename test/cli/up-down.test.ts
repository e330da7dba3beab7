import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { identifyProcess, isAlive } from '../../src/base/process-identity.ts'
import { listMarked } from '../../src/base/process-tree.ts'
import {
  type HubFile,
  hubFolder,
  isKept,
  keeperOf,
  readHubFile,
  writeHubFile,
} from '../../src/config/hub-file.ts'
import { findPaths } from '../../src/config/paths.ts'
import { trackingVariable } from '../../src/protocol/worker-ipc.ts'
import { childrenOf, until } from '../support/fleet.ts'
import { type Desk, makeDesk } from '../support/relayq-process.ts'

const oneRunner = ['--runner', 'box=box']

function folderOf(desk: Desk): string {
  return hubFolder(findPaths(desk.env), desk.checkout)
}

function hubOf(desk: Desk): HubFile {
  const hub = readHubFile(folderOf(desk))
  assert.ok(hub, 'there is a hub.json')
  return hub
}

async function up(desk: Desk): Promise<HubFile> {
  const started = await desk.relayq(['up', '--detach', ...oneRunner])
  assert.equal(started.code, 0, started.stderr)
  return hubOf(desk)
}

test('up starts once, dispatch and submit use it, and down leaves nothing behind', async t => {
  const desk = makeDesk(t)
  const hub = await up(desk)
  const again = await desk.relayq(['up', '--detach', ...oneRunner])
  assert.equal(again.code, 0)
  assert.match(again.stderr, /already running/)
  assert.equal(hubOf(desk).pid, hub.pid)

  const runners = await desk.relayq(['runners', '--json', 'name,status'])
  assert.deepEqual(JSON.parse(runners.stdout), [{ name: 'box', status: 'online' }])
  const dispatched = await desk.relayq([
    'dispatch',
    '.github/workflows/noop.yml',
    'url=https://x.example/?a=b',
  ])
  assert.match(dispatched.stdout, /^http:\/\/github\.localhost:\d+\/local\/queue\/actions\/runs\/\d+\n$/)
  assert.match(dispatched.stderr, /local\/queue at the hub http/)
  const waited = await desk.relayq(['wait', dispatched.stdout.trim(), '--timeout', '20'])
  assert.deepEqual([waited.code, waited.stdout], [0, 'success\n'], waited.stderr)
  assert.match((await desk.relayq(['logs', dispatched.stdout.trim()])).stdout, /https:\/\/x\.example\/\?a=b/)

  const children = childrenOf(hub.pid)
  assert.equal(children.length, 3, 'hub, supervisor and runner')
  const identities = children.flatMap(pid => identifyProcess(pid) ?? [])
  const down = await desk.relayq(['down'])
  assert.match(down.stderr, /stopped the hub/)
  assert.deepEqual([keeperOf(hub), ...identities].filter(isAlive), [])
  assert.equal(readHubFile(folderOf(desk)), null)
  assert.deepEqual(
    readdirSync(folderOf(desk)).filter(name => /lock|part/.test(name)),
    [],
  )
  assert.match((await desk.relayq(['down'])).stderr, /nothing is running/)
})

test('What up --env prints is all that gh needs', async t => {
  const desk = makeDesk(t)
  await up(desk)
  const { stdout: variables } = await desk.relayq(['up', '--env'])
  const script = `${variables}
gh workflow run noop.yml --field url=x >&2
gh run list --json event --jq '.[].event'`
  const options = { env: desk.env, cwd: desk.folder, encoding: 'utf8', stdio: 'pipe' } as const
  assert.equal(execFileSync('sh', ['-euc', script], options), 'workflow_dispatch\n')
})

test('A hub that is killed comes back on its port with what it had, and its runners stay', async t => {
  const desk = makeDesk(t)
  const hub = await up(desk)
  const [runner] = hub.runners
  const [hubPid] = childrenOf(hub.pid).filter(pid => pid !== runner?.pid)
  assert.ok(hubPid)
  process.kill(hubPid, 'SIGKILL')
  const back = await until('a new instance', () => {
    const now = hubOf(desk)
    return now.instanceId === hub.instanceId ? null : now
  })
  assert.equal(back.url, hub.url)
  assert.deepEqual(back.runners, hub.runners)
  const dispatched = await desk.relayq(['dispatch', 'noop.yml', 'url=x'])
  assert.equal(dispatched.code, 0, dispatched.stderr)
  assert.equal((await desk.relayq(['wait', dispatched.stdout.trim(), '--timeout', '20'])).code, 0)
})

test('A port that another hub has is told once, in words of its own', async t => {
  const first = makeDesk(t)
  const { port } = new URL((await up(first)).url)
  const refused = await makeDesk(t).relayq(['up', '--port', port, ...oneRunner])
  const lines = refused.stderr.split('\n').filter(line => /in use/.test(line))
  assert.deepEqual(lines, [`relayq: Port ${port} of 127.0.0.1 is in use.`])
})

test('A listener that is killed is started again', async t => {
  const desk = makeDesk(t)
  const hub = await up(desk)
  const [runner] = hub.runners
  assert.ok(runner)
  process.kill(runner.pid, 'SIGKILL')
  const again = await until('another listener', () => {
    const [now] = hubOf(desk).runners
    return now && now.pid !== runner.pid && isAlive(now) ? now : null
  })
  assert.equal(again.name, 'box')
})

test('What a killed keeper leaves behind, down ends', async t => {
  const desk = makeDesk(t)
  const hub = await up(desk)
  const hubProcess = childrenOf(hub.pid).flatMap(pid => identifyProcess(pid) ?? [])
  process.kill(hub.pid, 'SIGKILL')
  await until('the end of the keeper', () => (isKept(hub) ? null : true))
  assert.equal((await desk.relayq(['down'])).code, 0)
  await until('the end of the rest', () => (hubProcess.some(isAlive) ? null : true))
  assert.equal(readHubFile(folderOf(desk)), null)
})

test('A killed keeper takes hub, listeners and the processes of jobs along', async t => {
  const long = `on: workflow_dispatch
jobs:
  long:
    runs-on: [self-hosted, box]
    steps:
      - run: |
          setsid sh -c 'trap "" TERM; sleep 3600' &
          echo "$RELAYQ_TRACKING_ID" > "$RELAYQ_CONFIG_HOME/marker"
          sleep 3600
`
  const desk = makeDesk(t, { 'long.yml': long })
  const hub = await up(desk)
  const rest = childrenOf(hub.pid).flatMap(pid => identifyProcess(pid) ?? [])
  assert.equal(rest.length, 3, 'hub, supervisor and runner')
  const dispatched = await desk.relayq(['dispatch', 'long.yml'])
  assert.equal(dispatched.code, 0, dispatched.stderr)
  const path = join(desk.folder, 'config/marker')
  const value = await until('the job', () => (existsSync(path) && readFileSync(path, 'utf8').trim()) || null)
  const marker = { name: trackingVariable, value }
  assert.ok((await listMarked(marker)).length >= 3)
  process.kill(hub.pid, 'SIGKILL')
  await until('the end of hub and listener', () => (rest.some(isAlive) ? null : true))
  await until('the end of the job', async () => ((await listMarked(marker)).length === 0 ? true : null))
})

test('A hub.json with a recycled pid is not believed, and down signals nobody', async t => {
  const desk = makeDesk(t)
  const hub = await up(desk)
  await desk.relayq(['down'])
  writeHubFile(folderOf(desk), { ...hub, pid: process.pid, pidStartTime: 'another process', runners: [] })
  assert.equal((await desk.relayq(['runners'])).code, 4)
  assert.match((await desk.relayq(['down'])).stderr, /nothing is running/)
})

test('A hub.json that names another instance than the one that answers is not believed', async t => {
  const desk = makeDesk(t)
  const hub = await up(desk)
  const path = join(folderOf(desk), 'hub.json')
  const text = readFileSync(path, 'utf8')
  assert.match(text, new RegExp(hub.token))
  writeFileSync(path, text.replace(hub.instanceId, 'another'))
  const refused = await desk.relayq(['runners'])
  assert.equal(refused.code, 75)
  assert.match(refused.stderr, /Another server answers/)
})
