import { existsSync } from 'node:fs'
import type { RelayQ } from '../../compose.ts'
import type { BrokerChoice } from '../../config/broker.ts'
import type { Runner } from '../../model/runner.ts'
import type { Check } from '../../provision/doctor/check.ts'
import { type FleetMends, githubMends, hubMends } from '../../provision/doctor/fleet/fleet-mends.ts'
import { judgeRoutes } from '../../provision/doctor/fleet/routes.ts'
import { runnerVersionsCheck } from '../../provision/doctor/fleet/runner-versions.ts'
import { judgeDead, judgeHeld, judgeSupervisor } from '../../provision/doctor/queue/jobs.ts'
import { waitingRunsCheck } from '../../provision/doctor/queue/waiting.ts'
import { refCheck } from '../../provision/doctor/repository/ref.ts'
import type { RepositorySource } from '../../provision/doctor/repository/repository-source.ts'
import { settingsCheck } from '../../provision/doctor/repository/settings.ts'
import { tokenCheck } from '../../provision/doctor/repository/token.ts'
import { workflowsCheck } from '../../provision/doctor/repository/workflows.ts'
import { shippedFiles } from '../../provision/repository/shipped-files.ts'
import { submitting, tokenPage } from '../../provision/repository/token-rights.ts'
import type { Context } from '../context.ts'
import { policyOf } from './own-checks.ts'

/** The token, the repository's settings and its workflows. */
export async function repositoryChecks(context: Context): Promise<readonly Check[]> {
  const relayq = await context.relayq()
  const { choice } = await relayq.github()
  const source = await sourceOf(relayq)
  return [
    tokenCheck(source),
    settingsCheck(source, choice.hub !== null),
    workflowsCheck(source, shippedFiles(source.name)),
    refCheck(source, relayq.config.get('RELAYQ_REF')),
  ]
}

async function sourceOf(relayq: RelayQ): Promise<RepositorySource> {
  const [{ client, choice }, settings, rights, { statusOf }] = await Promise.all([
    relayq.github(),
    import('../../github/repository-settings.ts'),
    import('../../github/token-rights.ts'),
    import('../../github/errors.ts'),
  ])
  const { owner, repo, host, hub } = choice
  return {
    name: `${owner}/${repo}`,
    tokenPage: hub ? null : tokenPage(host, owner, submitting),
    readToken: () => rights.readToken(client),
    askRights: (token, wanted) => rights.askRights(client, token, wanted),
    readRepository: () => settings.readRepository(client),
    readActionsSettings: () => settings.readActionsSettings(client),
    read: async path => {
      try {
        return (await client.get(path)).data
      } catch (thrown) {
        if (statusOf(thrown) === 404) return null
        throw thrown
      }
    },
  }
}

/** Whether the machines there are can keep the policy, and their software. */
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
    const fleet = { runners, facts }
    const away = runners.filter(({ status }) => status === 'offline')
    return judgeRoutes({ policy, fleet, offersHosted, mends: mendsAt(choice, away), now: Date.now() })
  }
  return [{ name: 'runners', timeoutMs: 12_000, look }, runnerVersionsCheck(await sourceOf(relayq))]
}

/** What waits here and at the broker, and what failed. */
export async function queueChecks(context: Context): Promise<readonly Check[]> {
  const relayq = await context.relayq()
  const [broker, { choice }] = await Promise.all([relayq.broker(), relayq.github()])
  const look = async () => {
    if (!existsSync(relayq.ledgerPath)) return []
    const facts = await relayq.queueFacts()
    const now = Date.now()
    return [...judgeDead(facts, now), judgeSupervisor(facts), ...judgeHeld(facts, now)]
  }
  return [waitingRunsCheck(broker, mendsAt(choice)), { name: 'jobs', timeoutMs: 10_000, look }]
}

function mendsAt({ hub }: BrokerChoice, away: readonly Runner[] = []): FleetMends {
  return hub ? hubMends(hub.runners, away) : githubMends
}
