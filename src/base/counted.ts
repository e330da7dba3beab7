/** "1 run", "3 runs": a number with its noun, which takes an s. */
export function counted(number: number, noun: string): string {
  return number === 1 ? `1 ${noun}` : `${number} ${noun}s`
}
