import { type Finding, manualMend, problem, warning } from '../doctor/finding.ts'

const name = 'clock'
/** Half of what GitHub's signed tokens bear (five minutes); from then on nothing is accepted any more. */
const mostSkewMs = 150_000
const littleSkewMs = 30_000

/** `aheadMs`: the broker's clock minus this one. */
export function decideClock(aheadMs: number | null): readonly Finding[] {
  const skew = Math.abs(aheadMs ?? 0)
  if (aheadMs === null || skew < littleSkewMs) return []
  const judge = skew < mostSkewMs ? warning : problem
  const what = `this machine's clock is ${Math.round(skew / 1000)} s ${aheadMs > 0 ? 'late' : 'early'}`
  const command =
    process.platform === 'darwin' ? 'sudo sntp -sS time.apple.com' : 'sudo timedatectl set-ntp true'
  return [
    judge(name, what, {
      why: 'GitHub refuses what is signed minutes away from its own time',
      mend: manualMend(command),
    }),
  ]
}
