import { type Finding, manualMend, ok, problem, warning } from '../finding.ts'
import { asRoot, type ThisMachine } from './this-machine.ts'

const name = 'clock'
/** From here on tokens and certificates are refused, in ms. */
const muchMs = 300_000
const someMs = 30_000

/** `aheadMs`: how far the clock of `host`, a server that has the right time, is ahead of this machine's. Pure. */
export function judgeSkew(
  aheadMs: number,
  host: string,
  machine: Pick<ThisMachine, 'platform' | 'uid'>,
): Finding {
  const off = Math.abs(aheadMs)
  if (off < someMs) return ok(name, `as ${host} has it`)
  const mend = machine.platform === 'darwin' ? 'sntp -sS time.apple.com' : 'timedatectl set-ntp true'
  const seconds = Math.round(off / 1_000)
  const what = `this machine is ${seconds} s ${aheadMs > 0 ? 'behind' : 'ahead of'} ${host}`
  return (off >= muchMs ? problem : warning)(name, what, {
    why: 'with a clock that is wrong by minutes, tokens of runners and certificates are refused',
    mend: manualMend(asRoot(mend, machine)),
  })
}
