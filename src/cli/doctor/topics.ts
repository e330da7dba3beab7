import type { Check } from '../../provision/doctor/check.ts'
import { manualMend, ok, problem } from '../../provision/doctor/finding.ts'
import type { Context } from '../context.ts'
import type { Situation } from './situation.ts'

/** A part of the examination that can be asked for by its name. */
export interface Topic {
  readonly name: string
  readonly summary: string
  readonly needsBroker: boolean
  /** Loads what it needs, and only then. */
  readonly checks: (context: Context, situation: Situation) => Promise<readonly Check[]>
}

/** Causes before their effects: what is found first is mended first. */
export const topics: readonly Topic[] = [
  {
    name: 'machine',
    summary: 'this machine: its system, disk, programs and clock',
    needsBroker: false,
    checks: async (...here) => (await import('./machine-checks.ts')).machineChecks(...here),
  },
  {
    name: 'speech',
    summary: 'the speech engines of this machine and their models',
    needsBroker: false,
    checks: async (_, { jobEnvs }) => {
      const { speechCheck } = await import('./speech-check.ts')
      return jobEnvs.map(speechCheck)
    },
  },
  {
    name: 'network',
    summary: 'the way to each place that something here has to reach, and the clock',
    needsBroker: false,
    checks: async (...here) => (await import('./machine-checks.ts')).networkChecks(...here),
  },
  {
    name: 'repository',
    summary: 'the token, the settings of the repository and its workflows',
    needsBroker: true,
    checks: async context => (await import('./broker-checks.ts')).repositoryChecks(context),
  },
  {
    name: 'policy',
    summary: 'the policy file',
    needsBroker: false,
    checks: async context => (await import('./own-checks.ts')).policyChecks(context),
  },
  {
    name: 'ledger',
    summary: 'the file of all jobs of this machine',
    needsBroker: false,
    checks: async context => (await import('./own-checks.ts')).ledgerChecks(context),
  },
  {
    name: 'runners',
    summary: 'whether the machines there are can keep the policy, and their software',
    needsBroker: true,
    checks: async context => (await import('./broker-checks.ts')).runnerChecks(context),
  },
  {
    name: 'queue',
    summary: 'the supervisor, what waits and what failed',
    needsBroker: true,
    checks: async context => (await import('./broker-checks.ts')).queueChecks(context),
  },
]

/** Of all these topics; in place of those that need a broker, where there is none, the one finding that there is none. */
export async function checksOf(
  chosen: readonly Topic[],
  context: Context,
  situation: Situation,
): Promise<readonly Check[]> {
  const possible = chosen.filter(({ needsBroker }) => situation.noBroker === null || !needsBroker)
  const checks = (await Promise.all(possible.map(topic => topic.checks(context, situation)))).flat()
  return possible.length === chosen.length ? checks : [noBrokerCheck(situation), ...checks]
}

function noBrokerCheck({ noBroker, runners, isAsked }: Situation): Check {
  const name = 'broker'
  const onlyWorks = runners.length > 0 && !isAsked
  const finding = onlyWorks
    ? ok(name, 'none is configured here: this machine does jobs, and sends none')
    : problem(name, noBroker?.message ?? 'there is none', {
        why: `nothing can be sent or looked at. ${noBroker?.hint ?? ''}`,
        mend: manualMend(noBroker?.code === 'not_authorized' ? 'relayq init' : 'relayq up --detach'),
      })
  return { name, timeoutMs: 1_000, look: async () => [finding] }
}
