import { runProgram } from '../base/process.ts'

/** The first line of what git prints in a checkout; null where it prints none, fails, or is not there. */
export async function gitLine(checkout: string, args: readonly string[]): Promise<string | null> {
  return firstLine(
    await runProgram('git', ['-c', `safe.directory=${checkout}`, '-C', checkout, ...args], {
      timeoutMs: 10_000,
    }),
  )
}

/** The first line a program printed; null where it printed none, or failed. */
export function firstLine(outcome: Awaited<ReturnType<typeof runProgram>>): string | null {
  if (outcome.kind !== 'exited' || outcome.code !== 0) return null
  return outcome.stdout.split('\n')[0]?.trim() || null
}
