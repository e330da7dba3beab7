import type { InstalledRunner, RunnerService } from '../../runner/inventory.ts'
import type { ServiceState } from '../../runner/service-manager.ts'
import type { Check } from '../check.ts'
import { type Finding, type Mend, manualMend, ok, problem, safeMend, warning } from '../finding.ts'
import { asRoot, printedBy, type ThisMachine } from './this-machine.ts'

const name = 'services'

interface ServiceFacts {
  readonly runner: InstalledRunner
  readonly state: ServiceState
  /** null: nobody can tell, as of launchd, which starts what lies in its folder. */
  readonly startsAtBoot: boolean | null
}

/** Of the runners that RelayQ has set up here. */
export function servicesCheck(
  runners: readonly InstalledRunner[],
  stateOf: (service: RunnerService) => Promise<ServiceState>,
  machine: ThisMachine,
): Check {
  return {
    name,
    timeoutMs: 20_000,
    look: async () => {
      const facts = await Promise.all(
        runners.map(async runner => ({
          runner,
          state: runner.isComplete ? await stateOf(runner.service) : ('absent' as const),
          startsAtBoot: await startsAtBoot(runner.service, machine),
        })),
      )
      return judgeServices(facts, machine)
    },
  }
}

async function startsAtBoot({ kind, unit }: RunnerService, machine: ThisMachine): Promise<boolean | null> {
  if (kind !== 'systemd') return null
  // It ends with 1 for what is disabled: then nothing is printed here.
  return (await printedBy('systemctl', ['is-enabled', unit], machine))?.trim() === 'enabled'
}

/** Pure. */
function judgeServices(
  services: readonly ServiceFacts[],
  machine: Pick<ThisMachine, 'uid'>,
): readonly Finding[] {
  const findings = services.flatMap(service => judgeService(service, machine) ?? [])
  if (findings.length > 0) return findings
  return [ok(name, services.map(({ runner }) => `${runner.name} runs`).join(', '))]
}

function judgeService(
  { runner, state, startsAtBoot }: ServiceFacts,
  machine: Pick<ThisMachine, 'uid'>,
): Finding | null {
  const { service } = runner
  if (!runner.isComplete || state === 'absent') {
    return problem(name, `the runner ${runner.name} is not set up to its end`, {
      why: 'it takes no jobs; set it up again, which goes on where it was interrupted',
      mend: manualMend(asRootOf(['relayq', 'runner', 'add', runner.profile, '--name', runner.name], machine)),
      where: service.file,
    })
  }
  if (state !== 'running') {
    return problem(name, `the service of ${runner.name} does not run (${state})`, {
      why: 'it takes no jobs: GitHub shows it as offline',
      mend: startOf(service, machine),
      where: service.unit,
    })
  }
  if (startsAtBoot !== false) return null
  return warning(name, `the service of ${runner.name} does not start at boot`, {
    why: 'after the next power cut it takes no jobs',
    mend: mendAsRoot(['systemctl', 'enable', service.unit], machine),
    where: service.unit,
  })
}

function startOf({ kind, unit, file }: RunnerService, machine: Pick<ThisMachine, 'uid'>): Mend {
  if (kind === 'systemd') return mendAsRoot(['systemctl', 'restart', unit], machine)
  if (kind === 'launchd') return mendAsRoot(['launchctl', 'bootstrap', 'system', file], machine)
  return safeMend(['launchctl', 'bootstrap', `gui/${machine.uid}`, file])
}

/** Starting what should run is safe, but only root may. */
function mendAsRoot(words: readonly string[], machine: Pick<ThisMachine, 'uid'>): Mend {
  return machine.uid === 0 ? safeMend(words) : manualMend(asRootOf(words, machine))
}

function asRootOf(words: readonly string[], machine: Pick<ThisMachine, 'uid'>): string {
  return asRoot(words.join(' '), machine)
}
