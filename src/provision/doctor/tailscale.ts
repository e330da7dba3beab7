import { isJsonObject, type JsonObject, parseJson } from '../../base/json.ts'
import type { Check } from './check.ts'
import { type Finding, manualMend, ok, unseen, warning } from './finding.ts'
import { asRoot, locateInSystem, printedBy, type ThisMachine } from './machine/this-machine.ts'

const name = 'tailscale'

/** Where it is installed; it is never needed. */
export function tailscaleCheck(machine: ThisMachine): Check {
  return {
    name,
    timeoutMs: 15_000,
    look: async () => {
      if ((await locateInSystem('tailscale', machine)) === null) return []
      // It ends with 1 where its service does not run.
      const printed = await printedBy('tailscale', ['status', '--json'], machine)
      const status = parseJson(printed ?? '')
      return isJsonObject(status) ? judgeTailscale(status, machine) : [notRunning(machine)]
    },
  }
}

/** `status`: what `tailscale status --json` prints. Pure. */
function judgeTailscale(status: JsonObject, machine: Pick<ThisMachine, 'uid'>): readonly Finding[] {
  const { BackendState: state, Health: health, Self: self } = status
  if (state === 'NeedsLogin' || state === 'NeedsMachineAuth') {
    return [
      warning(name, 'this machine is not signed in', {
        why: 'folders and addresses of the tailnet cannot be reached from here',
        mend: manualMend(asRoot('tailscale up', machine)),
      }),
    ]
  }
  if (state === 'Stopped') return [notRunning(machine)]
  if (state !== 'Running') return [unseen(name, `it is in the state ${JSON.stringify(state)}`)]
  const complaints = Array.isArray(health) ? health.map(String) : []
  if (complaints.length > 0) {
    return [warning(name, complaints.join('; '), { why: 'so it says itself (tailscale status)' })]
  }
  const own = isJsonObject(self) ? String(self['DNSName'] ?? '').replace(/\.$/, '') : ''
  return [...judgeKey(self, machine), ok(name, own === '' ? 'up' : `up, as ${own}`)]
}

/** A node key ends after half a year, unless that is switched off for the machine. */
function judgeKey(self: unknown, machine: Pick<ThisMachine, 'uid'>): readonly Finding[] {
  const end = isJsonObject(self) ? Date.parse(String(self['KeyExpiry'] ?? '')) : Number.NaN
  const days = Math.floor((end - Date.now()) / 86_400_000)
  if (Number.isNaN(end) || days >= 14) return []
  return [
    warning(name, `the key of this machine ends in ${Math.max(0, days)} days`, {
      why: 'then it leaves the tailnet until somebody signs it in; switch the expiry of its key off in the admin console',
      mend: manualMend(asRoot('tailscale up --force-reauth', machine)),
    }),
  ]
}

function notRunning(machine: Pick<ThisMachine, 'uid'>): Finding {
  return warning(name, 'it is installed and down', {
    why: 'folders and addresses of the tailnet cannot be reached from here',
    mend: manualMend(asRoot('tailscale up', machine)),
  })
}
