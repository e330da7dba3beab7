import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Drained, readDrained } from '../../keep/drained.ts'
import { keepTimer } from '../../keep/keep-timer.ts'
import { type InstalledRunner, placesOf, type RunnerService } from '../../runner/inventory.ts'
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
  /** null: it takes jobs. */
  readonly drained: Drained | null
}

/** Of the runners that RelayQ has set up here, whose folders are below `root`. */
export function servicesCheck(
  runners: readonly InstalledRunner[],
  root: string,
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
          startsAtBoot: await startsAtBoot(runner.service.kind, runner.service.unit, machine),
          drained: readDrained(placesOf(root, runner.name)),
        })),
      )
      return judgeServices(facts, machine)
    },
  }
}

/** Whether the runners are looked after every hour: kept up to date, and started again. One timer serves them all. */
export function keepTimerCheck({ service }: InstalledRunner, machine: ThisMachine): Check {
  const check = 'upkeep'
  return {
    name: check,
    timeoutMs: 10_000,
    look: async () => {
      const { unit, files } = keepTimer(service.kind, { command: [], environment: {}, logFile: '' })
      const isThere = files.every(({ name }) => existsSync(join(dirname(service.file), name)))
      const isOff = (await startsAtBoot(service.kind, unit, machine)) === false
      if (isThere && !isOff) return [ok(check, `${unit} is enabled`)]
      const why = 'nobody updates the runners of this machine: GitHub gives no jobs to those that are too old'
      if (!isThere) return [warning(check, `${unit} is not installed`, { why })]
      const mend = mendAsRoot(['systemctl', 'enable', '--now', unit], machine)
      return [warning(check, `${unit} is not enabled`, { why, mend })]
    },
  }
}

async function startsAtBoot(
  kind: RunnerService['kind'],
  unit: string,
  machine: ThisMachine,
): Promise<boolean | null> {
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
  { runner, state, startsAtBoot, drained }: ServiceFacts,
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
  if (drained !== null) {
    const since = drained.since === '' ? '' : ` since ${drained.since.slice(0, 16).replace('T', ' ')} UTC`
    return warning(
      name,
      `${runner.name} is drained${since}, by ${drained.by === 'keep' ? 'its upkeep' : 'a person'}`,
      {
        why: 'it takes no jobs until it is resumed',
        mend: manualMend(asRootOf(['relayq', 'runner', 'resume', runner.name], machine)),
      },
    )
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
