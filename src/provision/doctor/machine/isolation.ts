import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type InstalledRunner, placesOf } from '../../runner/inventory.ts'
import type { Check } from '../check.ts'
import { type Finding, manualMend, ok, problem, warning } from '../finding.ts'

const name = 'isolation'

export interface IsolationFacts {
  readonly runner: InstalledRunner
  /** Whether the hooks that refuse the jobs of others are there. */
  readonly hasHooks: boolean
}

/** What stands between a job and the rest of the machine. Who may become root, `relayq audit` tells. */
export function isolationCheck(runners: readonly InstalledRunner[], root: string): Check {
  return {
    name,
    timeoutMs: 5_000,
    look: async () =>
      runners.map(runner => {
        const { hooks } = placesOf(root, runner.name)
        return judgeIsolation({ runner, hasHooks: existsSync(join(hooks, 'job-started.sh')) })
      }),
  }
}

/** Pure. */
export function judgeIsolation({ runner, hasHooks }: IsolationFacts): Finding {
  const { user, service, profile } = runner
  const again = manualMend(
    `relayq runner remove ${runner.name} && relayq runner add ${profile} --name ${runner.name}`,
  )
  if (user === 'root') {
    return problem(name, `jobs of ${runner.name} run as root`, {
      why: 'each of them has the whole machine',
      mend: again,
    })
  }
  if (!hasHooks) {
    return problem(name, `${runner.name} has no hooks`, {
      why: 'it takes jobs of any workflow that reaches it, and keeps what they leave behind',
      mend: manualMend(`relayq runner add ${profile} --name ${runner.name}`),
    })
  }
  if (service.kind === 'launchd-gui') {
    return warning(name, `jobs of ${runner.name} run in the session of ${user}`, {
      why: 'they see its files, its keychain where it is open, and its screen; take --gui only for jobs that need the screen',
      mend: again,
    })
  }
  return ok(name, `jobs of ${runner.name} run as ${user}, behind hooks, in no container`)
}
