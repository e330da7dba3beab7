import { join } from 'node:path'
import { isoSeconds } from '../../base/clock.ts'
import { findPaths } from '../../config/paths.ts'
import { ownLogins, readExposure, startedRuns } from '../../github/audit-facts.ts'
import type { GitHubClient } from '../../github/client.ts'
import { accountCheck } from '../../provision/audit/account.ts'
import { actorsCheck } from '../../provision/audit/actors.ts'
import { fileModesCheck, type SecretPlace } from '../../provision/audit/file-modes.ts'
import { repositoryCheck } from '../../provision/audit/repository.ts'
import { repositorySecretsCheck } from '../../provision/audit/repository-secrets.ts'
import { workflowsCheck } from '../../provision/audit/workflows.ts'
import type { Check } from '../../provision/doctor/check.ts'
import { listInstalled, placesOf, runnersFolder } from '../../provision/runner/inventory.ts'
import type { Context } from '../context.ts'

/** How far back runs are looked at: what came before was there at the last audit. */
const weeksOfRuns = 4
const weekMs = 7 * 24 * 3_600_000

/** Everything that is looked at. `allow`: logins besides the owner's and those of RELAYQ_ACTORS. */
export async function auditChecks(context: Context, allow: readonly string[]): Promise<readonly Check[]> {
  const { checkout, config } = await context.relayq()
  const actors = (config.get('RELAYQ_ACTORS') ?? '').split(',').map(login => login.trim())
  return [
    repositorySecretsCheck(checkout),
    workflowsCheck(checkout),
    fileModesCheck(secretPlaces(context.env)),
    ...accountsOfRunners(context.env),
    ...brokerChecks(context, [...actors.filter(login => login !== ''), ...allow]),
  ]
}

/** They ask the broker when they are run, so that all else is told where there is none. */
function brokerChecks({ relayq }: Context, allowed: readonly string[]): readonly Check[] {
  const client = async () => (await (await relayq()).github()).client
  return [
    repositoryCheck(async () => readExposure(await client())),
    actorsCheck({
      runs: async function* () {
        yield* startedRuns(await client(), isoSeconds(Date.now() - weeksOfRuns * weekMs))
      },
      fullName: async () => fullNameOf(await client()),
      expected: async () => [...(await ownLogins(await client())), ...allowed],
    }),
  ]
}

function fullNameOf({ target: { owner, repo } }: GitHubClient): string {
  return `${owner}/${repo}`
}

/** Of the hub: keys, tokens, and the database that has them. */
const secretsOfState = /\.(key|db|db-wal|db-shm)$|^hub\.json$|credential|token/
/** Of a runner of GitHub's: what it proves itself with. */
const secretsOfRunner = /^\.(credentials(_rsaparams)?|env)$/

function secretPlaces(env: NodeJS.ProcessEnv): readonly SecretPlace[] {
  const { config, state } = findPaths(env)
  const root = runnersFolder(env)
  return [
    { folder: config, names: null },
    { folder: state, names: secretsOfState },
    ...listInstalled(root).flatMap(({ name }) => {
      const { home, versions } = placesOf(root, name)
      return [
        { folder: join(home, '.config', 'relayq'), names: null },
        { folder: versions, names: secretsOfRunner },
      ]
    }),
  ]
}

function accountsOfRunners(env: NodeJS.ProcessEnv): readonly Check[] {
  const users = new Set(listInstalled(runnersFolder(env)).map(({ user }) => user))
  return [...users].map(user => accountCheck(user, env))
}
