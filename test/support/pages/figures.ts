/** A number with what it counts. */
export interface Figure {
  /** As it stands in the page. */
  readonly text: string
  readonly index: number
  readonly value: number
  /** How many digits stand behind the point. */
  readonly decimals: number
  readonly isRough: boolean
  readonly unit: Unit
}

export interface Unit {
  /** As a regular expression. */
  readonly name: string
  /** Units of one dimension are exchanged by their scales: seconds, or bytes. */
  readonly dimension: string
  readonly scale: number
}

/** By the forms they take, their dimension and scale. Of counts only what a measurement counts. */
const table: readonly (readonly [string, string, number])[] = [
  ['ms|milliseconds?', 'time', 0.001],
  ['s|seconds?', 'time', 1],
  ['min|minutes?', 'time', 60],
  ['hours?', 'time', 3600],
  ['days?', 'time', 86_400],
  ['weeks?', 'time', 7 * 86_400],
  ['months?', 'time', 30 * 86_400],
  ['years?', 'time', 365 * 86_400],
  ['bytes?', 'size', 1],
  ['kB', 'size', 1000],
  ['KiB', 'size', 1024],
  ['MB', 'size', 1000 ** 2],
  ['MiB', 'size', 1024 ** 2],
  ['GB', 'size', 1000 ** 3],
  ['GiB', 'size', 1024 ** 3],
  ['%|percent', 'share', 1],
  ['USD|dollars?', 'money', 1],
  ['x|times|attempts|tries', 'repetition', 1],
  ['(?:an?|per) (?:second|minute|hour|day|week|month|year)', 'rate', 1],
  ['[a-z]+ (?:an?|per) second', 'rate', 1],
  ...['characters', 'points', 'jobs', 'runs', 'kills', 'requests', 'packages', 'lines', 'operations'].map(
    name => [name, name, 1] as const,
  ),
]
export const units: readonly Unit[] = table.map(([name, dimension, scale]) => ({ name, dimension, scale }))
/** Of what has no unit, and is told by its thousands: 65,535. */
export const noUnit: Unit = { name: '', dimension: 'number', scale: 1 }

const numerals: ReadonlyMap<string, number> = new Map([
  ...['two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'].map(
    (name, at) => [name, at + 2] as const,
  ),
  ...['twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety', 'hundred'].map(
    (name, at) => [name, 10 * (at + 2)] as const,
  ),
  ['fifteen', 15],
  ['half an', 0.5],
  ['half a', 0.5],
])
const digits = String.raw`\d[\d,_]*(?:\.\d+)?`
const numeral = [...numerals.keys()].join('|').replaceAll(' ', String.raw`\s+`)
const form = table.map(([forms]) => forms).join('|')
const pattern = new RegExp(
  String.raw`(?<![\w.,:/~-])(?:(${digits}|(?:${numeral})(?=[\s-]))(?:(?:\s+(?:to|or)\s+|-)(${digits}|${numeral}))?[\s-]?(${form})(?![\w/])|(\d{1,3}(?:,\d{3})+)(?!\w))`,
  'g',
)
/** Small numbers of these in words are prose: two runs, three attempts. */
const proseCounts = /^(?:jobs|runs|kills|requests|packages|lines|operations|points|attempts)$/

/** The figures of a text, a range as two. What is in backticks is text as well. */
export function figuresIn(text: string): readonly Figure[] {
  return [...text.matchAll(pattern)].flatMap(match => {
    const [whole, first = '', last, counted = '', thousands] = match
    const isRough = /\b(?:about|some|nearly|around)\s+$/i.test(text.slice(0, match.index))
    const made = (said: string, unit: Unit) => ({
      ...{ text: whole.replaceAll(/\s+/g, ' '), index: match.index, unit, isRough },
      ...{ value: readNumber(said), decimals: /\.(\d+)$/.exec(said)?.[1]?.length ?? 0 },
    })
    if (thousands !== undefined) return [made(thousands, noUnit)]
    if (proseCounts.test(counted) && !/\d/.test(first)) return []
    const unit = unitOf(counted)
    return [first, last].flatMap(said => (said === undefined ? [] : [made(said, unit)]))
  })
}

/** `1_000`, `65,535`, `0.5`, `three`, `half an`. */
export function readNumber(said: string): number {
  return numerals.get(said.replaceAll(/\s+/g, ' ')) ?? Number(said.replaceAll(/[,_]/g, ''))
}

function unitOf(counted: string): Unit {
  const said = counted.replaceAll(/\s+/g, ' ')
  return units.find(({ name }) => new RegExp(`^(?:${name})$`).test(said)) ?? noUnit
}
