import { type Figure, figuresIn, noUnit, readNumber, type Unit, units } from './figures.ts'

/**
 * Whether a piece of code has this figure: as a number, as a product (8 * 1024 * 1024 is 8 MB), in another unit (15_000 is
 * 15 seconds), or in words.
 */
export function isHeldBy({ value, unit, decimals }: Figure, code: string): boolean {
  const number = String.raw`\d[\d_]*(?:\.\d+)?`
  const terms = [...code.matchAll(new RegExp(`${number}(?:\\s*[*/]\\s*${number})*`, 'g'))].map(
    ([term]) => term,
  )
  const held = terms.flatMap(term => [...term.split(/\s*[*/]\s*/).map(readNumber), reckon(term)])
  const wanted = spellings(value, unit)
  const isNumber = (known: number) =>
    wanted.includes(known) || (decimals > 0 && known.toFixed(decimals) === String(value))
  const inWords = figuresIn(code).some(said => said.value === value && said.unit === unit)
  return inWords || held.some(isNumber)
}

/** `23 * 3_600_000`, `0.04 / 60`. */
function reckon(term: string): number {
  const [first = '', ...others] = term.split(/\s*([*/])\s*/)
  return others.reduce((sum, word, at) => {
    if (at % 2 === 0) return sum
    return others[at - 1] === '*' ? sum * readNumber(word) : sum / readNumber(word)
  }, readNumber(first))
}

/** As code may write it: the number itself; a time in ms, s, minutes or days; a size in bytes, by thousands or by 1024. */
function spellings(value: number, { dimension, scale }: Unit): readonly number[] {
  if (dimension === 'time') return [value, ...[1000, 1, 1 / 60, 1 / 86_400].map(per => value * scale * per)]
  if (dimension !== 'size') return [value]
  const power = Math.round(Math.log(scale) / Math.log(1000))
  return [value, value * 1000 ** power, value * 1024 ** power]
}

/** Whether a bench printed this figure: rounded as it is stated, in a unit that its block of lines names. */
export function isPrintedIn({ value, decimals, isRough, unit }: Figure, output: string): boolean {
  return output
    .replaceAll(/\(wanted: [^)]*\)|median +min +max/g, '')
    .split(/\n\s*\n/)
    .some(block => {
      const scales = units
        .filter(({ dimension }) => dimension === unit.dimension)
        .filter(({ name }) => new RegExp(`(?<![A-Za-z])(?:${name})(?![A-Za-z])`).test(block))
        .map(({ scale }) => scale / unit.scale)
      const numbers = [...block.matchAll(/(?<![\w.])\d[\d,]*(?:\.\d+)?/g)].map(([text]) => readNumber(text))
      return (unit === noUnit ? [1] : scales).some(scale =>
        numbers.some(printed => rounded(printed * scale) === rounded(value)),
      )
    })

  function rounded(number: number): string {
    if (!isRough || decimals > 0) return number.toFixed(decimals)
    const significant = String(value).replace(/0+$/, '').length
    return String(Number(number.toPrecision(Math.max(1, significant))))
  }
}
