import { performance } from 'node:perf_hooks'
import { runProgram } from '../../src/base/process.ts'

/** Milliseconds each of `times` runs took, one after the other. */
export async function measure(
  times: number,
  work: (run: number) => Promise<void>,
): Promise<readonly number[]> {
  const taken: number[] = []
  for (let run = 0; run < times; run += 1) {
    const from = performance.now()
    await work(run)
    taken.push(performance.now() - from)
  }
  return taken
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const high = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? Number.NaN) + high) / 2
}

/** Runs a program to its end; throws unless it ends with 0. Returns stdout. */
export async function run(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const ended = await runProgram(file, args, { env })
  if (ended.kind === 'exited' && ended.code === 0) return ended.stdout
  throw new Error(`${file} ${args.join(' ')}: ${JSON.stringify(ended)}`)
}

/** One row of a report: name, median, fastest and slowest in milliseconds. */
export function row(name: string, values: readonly number[]): string {
  const cell = (value: number) => value.toFixed(1).padStart(8)
  return `${name.padEnd(44)}${cell(median(values))}${cell(Math.min(...values))}${cell(Math.max(...values))}`
}

export const header = `${'milliseconds'.padEnd(44)}  median     min     max`
