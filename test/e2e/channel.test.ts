import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { listenerPath, writeProgramFolder } from '../../src/cli/fleet/program.ts'
import { GitHubClient } from '../../src/github/client.ts'
import { generateJitConfig } from '../../src/github/runners.ts'
import { childrenOf, startTestFleet, type TestFleet, untilCompleted, untilLogged } from '../support/fleet.ts'
import { type Call, startRecordingProxy } from '../support/recording-proxy.ts'

const workflow = `
on:
  workflow_dispatch:
    inputs:
      gate: { required: true }
jobs:
  work:
    runs-on: [self-hosted, box]
    steps:
      - run: |
          echo "the job has begun"
          until [ -e "$GATE" ]; do sleep 0.05; done
        env:
          GATE: \${{ inputs.gate }}
`

/** The calls of the smallest passing exchange, in the order in which the first of each must come. */
const exchange: readonly (readonly [string, RegExp])[] = [
  ['POST', /\/session$/],
  ['GET', /\/message$/],
  ['POST', /\/acquirejob$/],
  ['POST', /\/renewjob$/],
  ['POST', /\/completejob$/],
  ['DELETE', /\/session$/],
]

test('hub and runner meet in the runner protocol, and nowhere else', { timeout: 60_000 }, async t => {
  const fleet = await startTestFleet(t, { workflows: { 'channel.yml': workflow }, runners: [] })
  const proxy = await startRecordingProxy(t, fleet.fleet.hub.url)
  const listener = await startListener(t, fleet, proxy.origin)
  const gate = join(fleet.folder, 'gate')
  const runId = await fleet.start('channel.yml', { gate })
  await untilLogged(fleet, runId, 'the job has begun')

  const pids = [listener.pid ?? 0, ...childrenOf(listener.pid ?? 0)]
  assert.ok(pids.length >= 2, 'listener and worker are processes of their own')
  const hub = fleet.fleet.processes.get('hub')?.pid ?? 0
  const runnerFolder = join(fleet.folder, 'runner')
  const hubFolder = fleet.stateDir
  for (const pid of pids)
    assert.deepEqual(
      openFiles(pid).filter(path => path.startsWith(hubFolder)),
      [],
    )
  assert.deepEqual(
    openFiles(hub).filter(path => path.startsWith(runnerFolder)),
    [],
  )
  const peers = new Set(pids.flatMap(remotePorts))
  assert.deepEqual([...peers], [proxy.port], 'the only peer of listener and worker is the proxy')

  writeFileSync(gate, '')
  assert.equal((await untilCompleted(fleet, runId)).conclusion, 'success')
  listener.kill('SIGTERM')
  await once(listener, 'exit')
  assertInOrder(proxy.calls)
})

async function startListener(t: TestContext, fleet: TestFleet, origin: string): Promise<ChildProcess> {
  const { apiUrl, token, repository, url } = fleet.fleet.hub
  const client = new GitHubClient({ apiUrl, token, owner: repository.owner, repo: repository.name })
  const jitConfig = await generateJitConfig(client, {
    name: 'box',
    labels: ['self-hosted', 'box'],
    workFolder: '_work',
  })
  client.close()
  const workDir = join(fleet.folder, 'runner')
  mkdirSync(workDir)
  const options = {
    jitConfig: through(jitConfig, url, origin),
    workDir,
    relayqBin: writeProgramFolder(join(fleet.folder, 'program')),
    actions: 'offline',
    actionArchiveCache: null,
    passEnv: {},
  }
  const child = spawn(process.execPath, [listenerPath], {
    env: { PATH: process.env['PATH'], HOME: fleet.folder },
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  child.stdin?.write(`${JSON.stringify(options)}\n`)
  return child
}

/** A JIT configuration is base64 of {file name: base64 of the file}; its addresses become the proxy's. */
function through(jitConfig: string, from: string, to: string): string {
  const files: Record<string, string> = JSON.parse(Buffer.from(jitConfig, 'base64').toString())
  const moved = Object.entries(files).map(([name, text]) => [
    name,
    Buffer.from(Buffer.from(text, 'base64').toString().replaceAll(from, to)).toString('base64'),
  ])
  return Buffer.from(JSON.stringify(Object.fromEntries(moved))).toString('base64')
}

function openFiles(pid: number): readonly string[] {
  return descriptors(pid).filter(target => target.startsWith('/'))
}

/** Ports of the other ends of a process's TCP connections (/proc/net/tcp: inode in column 9, remote in column 2). */
function remotePorts(pid: number): readonly number[] {
  const own = new Set(descriptors(pid).map(target => /^socket:\[(\d+)\]$/.exec(target)?.[1]))
  return ['tcp', 'tcp6'].flatMap(table =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map(line => line.trim().split(/\s+/))
      .filter(columns => own.has(columns[9]))
      .map(columns => Number.parseInt(columns[2]?.split(':')[1] ?? '', 16)),
  )
}

function descriptors(pid: number): readonly string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap(name => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${name}`)]
    } catch {
      return [] // closed meanwhile
    }
  })
}

function assertInOrder(calls: readonly Call[]): void {
  const firsts = exchange.map(([method, path]) =>
    calls.findIndex(
      call => call.method === method && path.test(call.path) && call.status < 300 && call.status >= 200,
    ),
  )
  const listing = calls.map(({ method, path, status }) => `${status} ${method} ${path}`).join('\n')
  assert.ok(
    firsts.every(place => place >= 0),
    `each call was made and answered:\n${listing}`,
  )
  assert.deepEqual(
    firsts,
    firsts.toSorted((a, b) => a - b),
    `the calls came in order:\n${listing}`,
  )
  const busyPoll = calls.findIndex(
    call => call.path.endsWith('/message') && call.query.get('status') === 'Busy',
  )
  assert.ok(busyPoll > (firsts[2] ?? 0), 'while it works, the runner polls as busy')
}
