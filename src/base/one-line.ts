/** Text from outside as one line without control characters, so that it can neither end a line nor begin a command. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()
}
