import type { Check } from '../check.ts'
import { type Finding, ok, problem, warning } from '../finding.ts'
import { locateInSystem, printedBy, type ThisMachine } from './this-machine.ts'

const name = 'power and heat'

/** Of a Raspberry Pi, by its firmware; nothing on any other machine. */
export function raspberryPiCheck(machine: ThisMachine): Check {
  return {
    name,
    timeoutMs: 10_000,
    look: async () => {
      if ((await locateInSystem('vcgencmd', machine)) === null) return []
      const [throttled, temperature] = await Promise.all([
        printedBy('vcgencmd', ['get_throttled'], machine),
        printedBy('vcgencmd', ['measure_temp'], machine),
      ])
      return judgePi(throttled ?? '', temperature ?? '')
    },
  }
}

/** raspberrypi.com/documentation/computers/os.html#get_throttled: since boot is the same bit, sixteen higher. */
const bits = { underVoltage: 0, capped: 1, throttled: 2, softLimit: 3 } as const
const sinceBoot = 16
/** Degrees Celsius: from 80 on the firmware slows the processor down. */
const hot = 80

/** `throttled=0x50005` and `temp=48.3'C`, as vcgencmd prints them. Pure. */
function judgePi(throttled: string, temperature: string): readonly Finding[] {
  const flags = Number(/throttled=(0x[0-9a-f]+)/i.exec(throttled)?.[1] ?? 'NaN')
  const degrees = Number(/temp=([\d.]+)/.exec(temperature)?.[1] ?? 'NaN')
  if (Number.isNaN(flags))
    return [warning(name, 'vcgencmd says nothing', { why: 'whether the power suffices is not known' })]
  const has = (bit: number) => (flags & (1 << bit)) !== 0
  const findings: Finding[] = []
  const why =
    'a Pi with too little power works slowly, damages its card, and stops without a word; use its own power supply and a short cable'
  if (has(bits.underVoltage)) findings.push(problem(name, 'under-voltage now', { why }))
  else if (has(bits.underVoltage + sinceBoot)) {
    findings.push(warning(name, 'under-voltage since it was started', { why }))
  }
  const isHot = degrees >= hot || has(bits.softLimit) || (has(bits.throttled) && !has(bits.underVoltage))
  if (isHot) {
    findings.push(
      warning(name, `it is hot${Number.isNaN(degrees) ? '' : ` (${degrees} °C)`}`, {
        why: 'its processor is slowed down: jobs take longer; give it air or a heat sink',
      }),
    )
  }
  if (findings.length > 0) return findings
  return [ok(name, `enough power${Number.isNaN(degrees) ? '' : `, ${degrees} °C`}`)]
}
