import { join } from 'node:path'
import { RelayError } from '../../../base/errors.ts'
import { oneLine } from '../../../base/one-line.ts'
import { runProgram } from '../../../base/process.ts'
import { runChecks } from '../../../provision/doctor/check.ts'
import type { Finding } from '../../../provision/doctor/finding.ts'
import { judgeSkew } from '../../../provision/doctor/machine/clock.ts'
import { raspberryPiCheck } from '../../../provision/doctor/machine/raspberry-pi.ts'
import { sleepCheck } from '../../../provision/doctor/machine/sleep.ts'
import { keep } from '../../../provision/keep/keep.ts'
import { lookAround, lookAtDisk } from '../../../provision/keep/look.ts'
import { readMemory, writeMemory } from '../../../provision/keep/memory.ts'
import { perform } from '../../../provision/keep/perform.ts'
import { type InstalledRunner, listInstalled, runnersFolder } from '../../../provision/runner/inventory.ts'
import { lookAtMachine, platformOf, type RunnerPlatform } from '../../../provision/runner/platform.ts'
import { command } from '../../command.ts'
import type { Context } from '../../context.ts'
import { thisMachine } from '../../doctor/this-machine.ts'
import { countFindings, exitCodeOf, findingFields, findingRecord, writeFindings } from '../../findings.ts'
import { takeKeeperLock } from '../../fleet/keeper-lock.ts'
import { mainPath } from '../../fleet/program.ts'
import { addJsonOption, type JsonFields, parseJsonFields, writeJson } from '../../json-output.ts'
import { withRunnerEnrolment } from './enrol.ts'
import { requireRights } from './require-rights.ts'

export interface RunnerKeepOptions {
  readonly dryRun: boolean
  readonly json: JsonFields
}

/** An update downloads a package on a slow line, and waits for the new version. */
const longestCommandMs = 1_500_000

/** Looks after the runners of this machine once: what a timer calls every hour. Ends with 1 where a person has to. */
export const runnerKeep = command<RunnerKeepOptions>({
  define: command => {
    addJsonOption(command.option('--dry-run', 'say what would be done'), findingFields)
  },
  parse: (_, flags) => ({
    dryRun: flags['dryRun'] === true,
    json: parseJsonFields(flags, findingFields),
  }),
  run: async ({ dryRun, json }, context) => {
    const root = runnersFolder(context.env)
    const runners = listInstalled(root)
    if (runners.length === 0)
      context.say(`there is no runner in ${root}; relayq runner add PROFILE sets one up`)
    if (!dryRun) for (const runner of runners) await requireRights(root, runner, context)
    const findings = runners.length === 0 ? [] : await keepAlone(root, runners, dryRun, context)
    if (findings === null) return 0
    if (json) writeJson(context.streams, findings.map(findingRecord), json)
    else writeFindings(context.streams, findings)
    if (runners.length > 0) context.say(countFindings(findings))
    return exitCodeOf(findings)
  },
})

/** null: another round is at it, the timer's perhaps. Two would undo each other's work. */
async function keepAlone(
  root: string,
  runners: readonly InstalledRunner[],
  isDryRun: boolean,
  context: Context,
): Promise<readonly Finding[] | null> {
  if (isDryRun) return await keepAll(root, runners, isDryRun, context)
  const lock = takeKeeperLock(root)
  if (lock === null) {
    context.say('another relayq runner keep is at work; nothing is done')
    return null
  }
  try {
    return await keepAll(root, runners, isDryRun, context)
  } finally {
    lock.release()
  }
}

async function keepAll(
  root: string,
  runners: readonly InstalledRunner[],
  isDryRun: boolean,
  context: Context,
): Promise<readonly Finding[]> {
  const { env, say } = context
  const memory = join(root, 'keep.json')
  const platform = await platformHere(env)
  const looking = { root, env, platform, withBroker: brokerOpener(context) }
  const relayq = (words: readonly string[]) => callRelayq(words, context)
  let clockAheadMs: number | null = null
  return await keep({
    look: async () => {
      const looked = await lookAround(runners, looking)
      clockAheadMs = looked.clockAheadMs
      return looked.facts
    },
    lookAtMachine: async () => lookAtThisMachine(context, runners, clockAheadMs),
    lookAtDisk: () => lookAtDisk(root, true),
    perform: action => perform(action, { root, runners, env, clock: Date.now, relayq }),
    readMemory: () => readMemory(memory),
    writeMemory: after => writeMemory(memory, after),
    say,
    clock: Date.now,
    isDryRun,
  })
}

/** What doctor says of power, sleep and clock, without what is well: nobody reads that every hour. */
async function lookAtThisMachine(
  context: Context,
  [runner]: readonly InstalledRunner[],
  clockAheadMs: number | null,
): Promise<readonly Finding[]> {
  const machine = thisMachine(context)
  const checks = [raspberryPiCheck(machine), ...(machine.platform === 'darwin' ? [sleepCheck(machine)] : [])]
  const host = runner === undefined ? 'GitHub' : new URL(runner.repository.apiUrl).host
  const clock = clockAheadMs === null ? [] : [judgeSkew(clockAheadMs, host, machine)]
  return [...(await runChecks(checks)), ...clock].filter(({ severity }) => severity !== 'ok')
}

/** Which broker was chosen is no news every hour. */
function brokerOpener(context: Context): Parameters<typeof lookAround>[1]['withBroker'] {
  const silent = { ...context, say: () => {} }
  return (runner, use) =>
    withRunnerEnrolment(runner, { broker: null, repo: null, tokenFromInput: false }, silent, use)
}

async function platformHere(env: NodeJS.ProcessEnv): Promise<RunnerPlatform | null> {
  try {
    return platformOf(await lookAtMachine(env))
  } catch (thrown) {
    if (thrown instanceof RelayError && thrown.code === 'unsupported_machine') return null
    throw thrown
  }
}

/** This RelayQ, and not another that is on PATH. What it says is handed on. */
async function callRelayq(words: readonly string[], { env, streams, interrupted }: Context): Promise<void> {
  const outcome = await runProgram(process.execPath, [mainPath, ...words], {
    env,
    timeoutMs: longestCommandMs,
    signal: interrupted(),
    onStderrLine: line => void streams.err.write(`${line}\n`),
  })
  if (outcome.kind === 'exited' && outcome.code === 0) return
  const said =
    outcome.kind === 'not_found' ? '' : oneLine(outcome.stderr.trim().split('\n').slice(-2).join(' '))
  throw new RelayError('job_failed', said || `relayq ${words.slice(0, 2).join(' ')} ended: ${outcome.kind}`)
}
