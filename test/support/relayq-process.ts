import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import { takeDown } from '../../src/cli/fleet/take-down.ts'
import { hubFolder } from '../../src/config/hub-file.ts'
import { findPaths } from '../../src/config/paths.ts'
import { testCompileCache } from './compile-cache.ts'
import { commitRepository } from './fleet.ts'

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A person's machine: a home and a state of its own, and a checkout. What was started there is ended after the test. */
export interface Desk {
  readonly folder: string
  readonly checkout: string
  readonly env: NodeJS.ProcessEnv
  /** Runs `relayq` as a process of its own, to its end. */
  relayq(args: readonly string[], env?: NodeJS.ProcessEnv, input?: string): Promise<Ended>
}

const mainPath = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts')

/** Its checkout is a repository of these workflows. */
export function makeDesk(t: TestContext, workflows: Readonly<Record<string, string>> = {}): Desk {
  const folder = makeDeskFolder()
  return deskAt(t, folder, commitRepository(join(folder, 'queue'), { 'noop.yml': noop, ...workflows }))
}

/** Its checkout is the one these tests are in. */
export function makeDeskAtRoot(t: TestContext): Desk {
  return deskAt(t, makeDeskFolder(), join(import.meta.dirname, '..', '..'))
}

function makeDeskFolder(): string {
  return mkdtempSync(join(tmpdir(), 'relayq-desk-'))
}

function deskAt(t: TestContext, folder: string, checkout: string): Desk {
  mkdirSync(join(folder, 'config'), { mode: 0o700 })
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    XDG_STATE_HOME: join(folder, 'state'),
    RELAYQ_CONFIG_HOME: join(folder, 'config'),
    RELAYQ_CACHE_HOME: join(folder, 'cache'),
    NODE_COMPILE_CACHE: testCompileCache,
    GH_CONFIG_DIR: join(folder, 'gh'),
  }
  t.after(async () => {
    await takeDown(hubFolder(findPaths(env), checkout))
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  })
  return {
    folder,
    checkout,
    env,
    relayq: (args, more = {}, input = '') => runRelayq(args, checkout, { ...env, ...more }, input),
  }
}

/** One command in a process of its own, to its end; `input` is what it may read. */
export async function runRelayq(
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  input = '',
): Promise<Ended> {
  const child = spawn(process.execPath, [mainPath, ...args], { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] })
  // A program may end before it has read what nobody asked it to read.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('exit', resolve).once('error', reject)
  })
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)])
  return { code, stdout, stderr }
}

/** Runs `relayq` to its end, and acts once, as soon as its stderr says so. */
export async function actOnceSaid(
  { checkout, env }: Desk,
  args: readonly string[],
  said: RegExp,
  act: (child: ChildProcess) => unknown,
): Promise<Ended & { readonly signal: NodeJS.Signals | null }> {
  const child = spawn(process.execPath, [mainPath, ...args], {
    cwd: checkout,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [ended, stdout] = [once(child, 'exit'), text(child.stdout)]
  let stderr = ''
  let acted: unknown = null
  for await (const chunk of child.stderr) {
    stderr += chunk
    if (said.test(stderr)) acted ??= act(child)
  }
  await Promise.all([ended, acted])
  return { code: child.exitCode, signal: child.signalCode, stdout: await stdout, stderr }
}

const noop = `on:
  workflow_dispatch:
    inputs:
      url:
        required: true
jobs:
  noop:
    runs-on: [self-hosted, box]
    steps:
      - run: echo "$URL"
        env:
          URL: \${{ inputs.url }}
`
