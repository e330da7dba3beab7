const pattern = /^(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,8})s)?$/

const units = [
  { letter: 'd', seconds: 86_400 },
  { letter: 'h', seconds: 3_600 },
  { letter: 'm', seconds: 60 },
  { letter: 's', seconds: 1 },
] as const

/** Reads `90s`, `10m`, `2h`, `1h30m` or `7d` as seconds; null for anything else. */
export function parseDuration(text: string): number | null {
  const match = pattern.exec(text)
  if (!match || text === '') return null
  return units.reduce((sum, { seconds }, index) => sum + seconds * Number(match[index + 1] ?? 0), 0)
}

/** The spelling `parseDuration` reads, to the second: 5400 is `1h30m`. */
export function formatDuration(seconds: number): string {
  let rest = Math.max(0, Math.round(seconds))
  let text = ''
  for (const unit of units) {
    const count = Math.floor(rest / unit.seconds)
    rest -= count * unit.seconds
    if (count > 0) text += `${count}${unit.letter}`
  }
  return text || '0s'
}

/** An estimate in words, no more exact than it is: `about 40 seconds`, `about 35 minutes`, `about 2.5 hours`. */
export function roughDuration(seconds: number): string {
  if (seconds < 90) return `about ${count(Math.round(seconds), 'second')}`
  if (seconds < 5_400) return `about ${count(Math.round(seconds / 60), 'minute')}`
  return `about ${count(Math.round(seconds / 360) / 10, 'hour')}`
}

function count(number: number, unit: string): string {
  return number === 1 ? `1 ${unit}` : `${number} ${unit}s`
}
