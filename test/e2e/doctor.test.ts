import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { serveAudio } from '../../src/cli/demo/audio-server.ts'
import { writeProgramFolder } from '../../src/cli/fleet/program.ts'
import { hubFolder, readHubFile } from '../../src/config/hub-file.ts'
import { findPaths } from '../../src/config/paths.ts'
import { writeCountingEngine } from '../support/counting-engine.ts'
import { until } from '../support/fleet.ts'
import { type Desk, makeDesk } from '../support/relayq-process.ts'
import { shippedWorkflows } from '../support/shipped-workflows.ts'

/** The three chapters of troubleshooting that RelayQ was begun with, each built on a hub: the doctor names the cause first, and what it says mends it. */

interface Found {
  readonly check: string
  readonly severity: 'problem' | 'warning' | 'ok'
  readonly what: string
  readonly mend: { readonly command: string; readonly isSafe: boolean } | null
}

interface Patient extends Desk {
  /** What is found, problems first, but for what this machine is like besides (root, its disk, its speech engines). */
  examine(
    topics: readonly string[],
    env?: NodeJS.ProcessEnv,
  ): Promise<{ code: number | null; found: readonly Found[] }>
  /** Types a command into a shell, as a person would. */
  type(command: string, env?: NodeJS.ProcessEnv): Promise<void>
}

function makePatient(t: TestContext, workflows: Readonly<Record<string, string>> = {}): Patient {
  const desk = makeDesk(t, { ...shippedWorkflows, ...workflows })
  const program = writeProgramFolder(join(desk.folder, 'program'))
  const order = ['problem', 'warning', 'ok']
  return {
    ...desk,
    examine: async (topics, env = {}) => {
      const { code, stdout, stderr } = await desk.relayq(['doctor', ...topics, '--json'], env)
      assert.notEqual(stdout, '', stderr)
      const found = (JSON.parse(stdout) as Found[]).filter(
        ({ check }) => !['user', 'disk', 'memory'].includes(check),
      )
      return { code, found: found.toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity)) }
    },
    type: async (command, env = {}) => {
      const all = { ...desk.env, ...env }
      const path = [program, all['PATH'] ?? ''].join(delimiter)
      const child = spawn('/bin/sh', ['-c', command], {
        cwd: desk.checkout,
        env: { ...all, PATH: path },
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      const [[code], said] = await Promise.all([once(child, 'exit'), text(child.stderr)])
      assert.equal(code, 0, `${command}: ${said}`)
    },
  }
}

function writePolicy(desk: Desk, route: string): void {
  mkdirSync(join(desk.checkout, 'policy'), { recursive: true })
  writeFileSync(join(desk.checkout, 'policy', 'policy.yaml'), `routes:\n  transcribe:\n${route}`)
}

const bad = ({ severity }: Found) => severity !== 'ok'

test('Jobs stay queued: a label that no runner has is named, and its mend brings one', async t => {
  const desk = makePatient(t)
  await desk.type('relayq up --detach --no-supervise --runner far=away')
  await desk.type('relayq dispatch noop.yml url=x --no-route')
  const sick = await desk.examine(['runners', 'queue'])
  assert.equal(sick.code, 1)
  assert.equal(sick.found[0]?.what, '1 run waits for self-hosted, box: no runner has the label "box"')

  await desk.type(sick.found[0]?.mend?.command ?? '')
  await until('the run to be taken', async () => {
    const { found } = await desk.examine(['queue'])
    return found.some(({ what }) => what.includes('waits')) ? null : true
  })
})

test('Jobs stay queued: a machine that is away is named, and its mend brings it back', async t => {
  const desk = makePatient(t)
  writePolicy(desk, '    prefer: [box]\n')
  await desk.type('relayq up --detach --runner spare=spare')
  const hub = readHubFile(hubFolder(findPaths(desk.env), desk.checkout))
  assert.ok(hub)
  // A machine that was set up once, and is switched off.
  const { owner, name } = hub.repository
  const registered = await fetch(`${hub.apiUrl}/repos/${owner}/${name}/actions/runners/generate-jitconfig`, {
    method: 'POST',
    headers: { authorization: `Bearer ${hub.token}` },
    body: JSON.stringify({
      name: 'box',
      runner_group_id: 1,
      labels: ['self-hosted', 'box'],
      ephemeral: false,
    }),
  })
  assert.equal(registered.status, 201)
  const sick = await desk.examine(['runners'])
  assert.equal(sick.found[0]?.what, 'box is offline')
  await desk.type(sick.found[0]?.mend?.command ?? '')
  const well = await desk.examine(['runners'])
  assert.deepEqual([well.code, well.found.filter(bad)], [0, []])
})

test('Jobs fail: a missing ffmpeg is named before the jobs that failed of it, and all is green when it is mended', async t => {
  const desk = makePatient(t)
  writePolicy(desk, '    prefer: [box]\n    retry: {attempts: 1}\n')
  const engine = writeCountingEngine(desk.folder)
  const audio = await serveAudio(join(import.meta.dirname, '../../examples/audio'))
  t.after(() => audio[Symbol.asyncDispose]())
  const settings = [`RELAYQ_ALLOW_CIDRS=127.0.0.1/32:${audio.port}`, ...engine.config]
  writeFileSync(join(desk.folder, 'config', 'env'), `${settings.join('\n')}\n`, { mode: 0o600 })
  // Neither has this machine ffmpeg, nor do its packages come from anywhere but the double of apt.
  const env = { PATH: machineWithoutFfmpeg(desk.folder) }
  await desk.type('relayq up --detach --runner box=box', env)
  await desk.type(`relayq submit transcribe url=${audio.url('market')} --key one --wait || true`, env)

  const sick = await desk.examine([], env)
  assert.equal(sick.code, 1)
  const [cause, effect] = sick.found
  assert.deepEqual([cause?.check, cause?.what], ['ffmpeg', 'ffmpeg is not on this machine'])
  assert.match(
    effect?.what ?? '',
    /box may not take transcribe jobs: needs ffmpeg|1 job failed on box: ffmpeg/,
  )

  await desk.type(cause?.mend?.command ?? '', env)
  const dead = (await desk.examine([], env)).found.find(({ check }) => check === 'dead jobs')
  await desk.type(`${dead?.mend?.command}`, env)
  const well = await until('the job to be done', async () => {
    const examined = await desk.examine([], env)
    const isDone =
      engine.begun().length === 1 &&
      examined.found.every(({ check, severity }) => severity === 'ok' || check === 'speech')
    return isDone ? examined : null
  })
  assert.equal(well.code, 0)
})

test('Runner offline: the hub that does not answer is named with its address, and its mend brings it back', async t => {
  const desk = makePatient(t)
  await desk.type('relayq up --detach --runner box=box')
  const hub = readHubFile(hubFolder(findPaths(desk.env), desk.checkout))
  assert.ok(hub)
  await desk.type('relayq down')
  const env = {
    RELAYQ_API_URL: hub.apiUrl,
    RELAYQ_TOKEN: hub.token,
    GH_REPO: `${hub.repository.owner}/${hub.repository.name}`,
  }
  const sick = await desk.examine(['network', 'repository'], env)
  const { host } = new URL(hub.url)
  assert.equal(sick.found[0]?.what, `${host} cannot be connected to at 127.0.0.1 (ECONNREFUSED)`)
  assert.deepEqual(new Set(sick.found.slice(1).map(({ severity }) => severity)), new Set(['warning']))
  await desk.type(sick.found[0]?.mend?.command ?? '')
  // It comes back to the port it had; its token is a new one.
  const well = await desk.examine(['network'])
  assert.deepEqual([well.code, well.found.filter(bad)], [0, []])
})

test('A hub with the usual machines is all green, and what is safe is mended when that is asked for', async t => {
  const desk = makePatient(t)
  writePolicy(
    desk,
    readFileSync(join(import.meta.dirname, '../../policy/policy.yaml'), 'utf8').split('transcribe:\n')[1] ??
      '',
  )
  await desk.type('relayq up --detach')
  const well = await desk.examine([])
  assert.deepEqual([well.code, well.found.filter(bad)], [0, []])
  assert.ok(well.found.length > 12)

  const file = join(desk.folder, 'config', 'env')
  writeFileSync(file, 'AI_API_KEY=sk-proj-not-to-be-shown\n')
  chmodSync(file, 0o644)
  const sick = await desk.examine(['machine'])
  assert.deepEqual([sick.code, sick.found[0]?.mend?.isSafe], [1, true])
  const fixed = await desk.relayq(['doctor', 'machine', '--fix'])
  assert.equal(fixed.code, 0, fixed.stdout)
  assert.match(fixed.stderr, /mending: chmod 600 /)
  assert.ok(!`${fixed.stdout}${fixed.stderr}`.includes('not-to-be-shown'))
})

test('A token that may not do what is needed is told by what it lacks, as GitHub’s page has it', async t => {
  const desk = makePatient(t)
  await desk.type('relayq up --detach --no-supervise --runner box=box')
  const hub = readHubFile(hubFolder(findPaths(desk.env), desk.checkout))
  assert.ok(hub)
  const made = await fetch(`${hub.apiUrl}/relayq/tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${hub.token}` },
    body: JSON.stringify({ name: 'weak', scope: 'fine_grained', permissions: { actions: 'read' } }),
  })
  const { token } = (await made.json()) as { token: string }
  const env = { RELAYQ_API_URL: hub.apiUrl, RELAYQ_TOKEN: token }
  const { code, found } = await desk.examine(['repository'], env)
  const said = found.filter(bad).map(({ check, severity, what }) => `${severity} ${check}: ${what}`)
  assert.equal(code, 1)
  assert.deepEqual(said.slice(0, 3), [
    'problem token: it lacks Actions: Read and write',
    'warning token: it lacks Contents: Read and write',
    'warning token: it lacks Administration: Read-only',
  ])
  assert.ok(said.includes('warning repository: could not be checked: the token may not read its settings'))
})

/** PATH of a machine that has what a runner needs but ffmpeg, which its apt-get brings. */
function machineWithoutFfmpeg(folder: string): string {
  const programs = join(folder, 'programs')
  mkdirSync(programs)
  for (const name of ['sh', 'bash', 'git', 'env', 'cat', 'sleep', 'tar', 'ps']) {
    symlinkSync(placeOf(name), join(programs, name))
  }
  const bring = ['ffmpeg', 'ffprobe'].map(name => `/bin/ln -s '${placeOf(name)}' '${programs}/${name}'`)
  const doubles = { 'apt-get': bring.join('\n'), brew: bring.join('\n'), sudo: 'exec "$@"' }
  for (const [name, script] of Object.entries(doubles)) {
    writeFileSync(join(programs, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(programs, name), 0o755)
  }
  return programs
}

function placeOf(program: string): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const found = folders.map(folder => join(folder, program)).find(path => existsSync(path))
  assert.ok(found, `${program} is on this machine`)
  return found
}
