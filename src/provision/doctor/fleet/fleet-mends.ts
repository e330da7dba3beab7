import { type Mend, manualMend } from '../finding.ts'

/** What brings machines and labels: it differs between GitHub, where each machine is its own, and a hub. */
export interface FleetMends {
  /** No runner bears a label. */
  readonly label: (label: string) => Mend
  readonly offline: (runner: NamedRunner) => Mend
  readonly ffmpeg: (runner: string) => Mend
}

interface NamedRunner {
  readonly name: string
  readonly labels: readonly string[]
}

/** Profiles that `relayq runner add` knows, which bear a label of their own name. */
const profiles = ['macmini', 'rpi4', 'rpi3']

export const githubMends: FleetMends = {
  label: label =>
    profiles.includes(label)
      ? manualMend(`relayq runner add ${label}  # on that machine`)
      : manualMend(`relayq runner add custom --labels ${label}  # on the machine that is to do it`),
  offline: ({ name }) => manualMend(`relayq doctor machine --fix  # on ${name}`),
  ffmpeg: runner => manualMend(`relayq doctor machine  # on ${runner}: it names the command for its system`),
}

/** A hub's runners are all on this machine, and are started with it: those that are away at once, or the last mend counts. */
export function hubMends(runners: readonly NamedRunner[], allAway: readonly NamedRunner[] = []): FleetMends {
  const again = (specs: readonly NamedRunner[]) => {
    const options = specs.map(({ name, labels }) => `--runner ${name}=${labels.join(',')}`)
    return manualMend(`relayq down && relayq up --detach ${options.join(' ')}`)
  }
  return {
    label: label => again([...runners, { name: label, labels: [label] }]),
    offline: away => {
      const wanted = allAway.some(({ name }) => name === away.name) ? allAway : [away]
      return again([...runners.filter(({ name }) => wanted.every(one => one.name !== name)), ...wanted])
    },
    ffmpeg: () => manualMend('relayq doctor machine'),
  }
}
