import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { RelayQ } from '../../compose.ts'
import type { BrokerChoice } from '../../config/broker.ts'
import type { Policy } from '../../policy/policy.ts'
import type { Check } from '../../provision/doctor/check.ts'
import { type FleetMends, githubMends, hubMends } from '../../provision/doctor/fleet/fleet-mends.ts'
import { judgeRoutes } from '../../provision/doctor/fleet/routes.ts'
import { policyCheck } from '../../provision/doctor/policy.ts'
import { judgeDead, judgeHeld, judgeSupervisor } from '../../provision/doctor/queue/jobs.ts'
import { ledgerFileCheck } from '../../provision/doctor/queue/ledger-file.ts'
import { waitingRunsCheck } from '../../provision/doctor/queue/waiting.ts'
import type { Context } from '../context.ts'

/** The policy, and whether the machines there are can keep it. */
export async function runnerChecks(context: Context): Promise<readonly Check[]> {
  const relayq = await context.relayq()
  const { choice } = await relayq.github()
  const look = async () => {
    const broker = await relayq.broker()
    const [policy, runners, facts] = await Promise.all([
      policyOf(relayq),
      broker.listRunners(),
      relayq.runnerFacts(),
    ])
    const { offersHosted } = broker
    if (policy === null) return []
    return judgeRoutes({ policy, fleet: { runners, facts }, offersHosted, mends: mendsAt(choice) })
  }
  return [policyCheck(() => policyOf(relayq)), { name: 'runners', timeoutMs: 15_000, look }]
}

/** The ledger, and what waits here and at the broker. */
export async function queueChecks(context: Context): Promise<readonly Check[]> {
  const relayq = await context.relayq()
  const [broker, { choice }] = await Promise.all([relayq.broker(), relayq.github()])
  const look = async () => {
    if (!existsSync(relayq.ledgerPath)) return []
    const facts = await relayq.queueFacts()
    const now = Date.now()
    return [...judgeDead(facts, now), judgeSupervisor(facts), ...judgeHeld(facts, now)]
  }
  return [
    ledgerFileCheck(relayq.ledgerPath, () => relayq.ledgerHealth()),
    waitingRunsCheck(broker, mendsAt(choice)),
    { name: 'jobs', timeoutMs: 10_000, look },
  ]
}

function mendsAt({ hub }: BrokerChoice): FleetMends {
  return hub ? hubMends(hub.runners) : githubMends
}

/** null: there is none, and none was named. */
async function policyOf(relayq: RelayQ): Promise<Policy | null> {
  const { config, checkout } = relayq
  const path = resolve(checkout, config.get('RELAYQ_POLICY') ?? '')
  const isAbsent = config.layerOf('RELAYQ_POLICY') === 'default' && !existsSync(path)
  return isAbsent ? null : relayq.policy()
}
