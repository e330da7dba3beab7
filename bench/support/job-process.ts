import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import type { JobResult } from '../../src/model/result.ts'
import { root } from './fleet.ts'
import { run } from './measure.ts'

export interface Cost {
  readonly seconds: number
  /** Of all cores, the programs it started included. */
  readonly cpuSeconds: number
}

/** Runs a program to its end; throws unless it ends with 0. `peakMb`: of the process itself, where Linux tells. */
export async function cost(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Cost & { readonly stdout: string; readonly peakMb: number }> {
  const from = performance.now()
  const cpuBefore = childrenCpuSeconds()
  const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let stdout = ''
  child.stdout.on('data', chunk => {
    stdout += chunk
  })
  const closed = once(child, 'close')
  let peakMb = 0
  while (child.exitCode === null && child.signalCode === null) {
    peakMb = Math.max(peakMb, highWaterMb(child.pid))
    await Promise.race([closed, delay(50)])
  }
  await closed
  if (child.exitCode !== 0) throw new Error(`${file} ended with ${child.exitCode}: ${stdout.slice(-2000)}`)
  const seconds = (performance.now() - from) / 1000
  return { seconds, cpuSeconds: childrenCpuSeconds() - cpuBefore, stdout, peakMb }
}

const main = join(root, 'dist/cli/main.js')

/**
 * The program as it is installed: run from the sources it takes some 15 MB more. It is built anew each time, since a build
 * that lies about may be of any age.
 */
export async function buildProgram(): Promise<void> {
  await run(process.execPath, [join(root, '.ci/build.mjs')])
}

/** The built `relayq run-job transcribe` on a machine of its own, as a workflow's step calls it. */
export async function runJob({
  folder,
  url,
  prefix,
  path,
}: {
  readonly folder: string
  readonly url: string
  /** What it is started through: `taskset -c 0`. */
  readonly prefix: readonly string[]
  readonly path: string
}): Promise<Cost & { readonly peakMb: number; readonly result: JobResult; readonly text: string }> {
  for (const name of ['config', 'temp', 'cache'])
    mkdirSync(join(folder, name), { recursive: true, mode: 0o700 })
  const env = {
    PATH: path,
    HOME: process.env['HOME'],
    RUNNER_TEMP: join(folder, 'temp'),
    RELAYQ_CONFIG_HOME: join(folder, 'config'),
    RELAYQ_CACHE_HOME: join(folder, 'cache'),
    RELAYQ_ALLOW_CIDRS: `127.0.0.1/32:${new URL(url).port}`,
    RELAYQ_MAX_DOWNLOAD_MB: '5000',
    RELAYQ_INPUT_URL: url,
    RELAYQ_INPUT_LANGUAGE: 'en',
  }
  const [file = '', ...args] = [...prefix, process.execPath, main, 'run-job', 'transcribe']
  const ran = await cost(file, args, env)
  const read = (name: string) => readFileSync(join(folder, 'temp/relayq-result', name), 'utf8')
  return { ...ran, result: JSON.parse(read('result.json')) as JobResult, text: read('transcript.txt') }
}

/** proc(5): cutime and cstime, of children that were waited for, in ticks of 10 ms. 0 where there is no /proc. */
function childrenCpuSeconds(): number {
  const fields = readOrNothing('/proc/self/stat')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[13] ?? 0) + Number(fields[14] ?? 0)) / 100
}

function highWaterMb(pid: number | undefined): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readOrNothing(`/proc/${pid}/status`))?.[1] ?? 0) / 1024
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
