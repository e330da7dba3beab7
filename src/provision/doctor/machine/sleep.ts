import type { Check } from '../check.ts'
import { type Finding, manualMend, ok, unseen, warning } from '../finding.ts'
import { asRoot, printedBy, type ThisMachine } from './this-machine.ts'

const name = 'sleep'

/** Of a Mac: whether it stays awake, and comes back when the power does. */
export function sleepCheck(machine: ThisMachine): Check {
  return {
    name,
    timeoutMs: 10_000,
    look: async () => {
      const printed = await printedBy('pmset', ['-g', 'custom'], machine)
      return printed === null ? [unseen(name, 'pmset says nothing')] : judgeSleep(printed, machine)
    },
  }
}

/** `printed`: `pmset -g custom`: a heading for each source of power, then lines of a name and a number. Pure. */
function judgeSleep(printed: string, machine: ThisMachine): readonly Finding[] {
  const settings = settingsOf(printed)
  const minutes = settings.get('sleep') ?? 0
  const findings: Finding[] = []
  if (minutes > 0) {
    findings.push(
      warning(name, `this Mac sleeps after ${minutes === 1 ? '1 minute' : `${minutes} minutes`}`, {
        why: 'a sleeping machine takes no jobs, and a job that works while nobody types is lost',
        mend: manualMend(asRoot('pmset -a sleep 0 disksleep 0', machine)),
      }),
    )
  }
  if (settings.get('autorestart') === 0) {
    findings.push(
      warning(name, 'this Mac stays off after the power was gone', {
        why: 'it takes no jobs until somebody presses its button',
        mend: manualMend(asRoot('pmset -a autorestart 1', machine)),
      }),
    )
  }
  return findings.length > 0 ? findings : [ok(name, 'it stays awake, and starts again after a power cut')]
}

/** On mains: a battery's come before. */
function settingsOf(printed: string): ReadonlyMap<string, number> {
  const onMains = printed.split(/^AC Power:/m).at(-1) ?? printed
  const lines = [...onMains.matchAll(/^\s+(\w+)\s+(\d+)/gm)]
  return new Map(lines.map(([, setting, value]) => [setting ?? '', Number(value)]))
}
