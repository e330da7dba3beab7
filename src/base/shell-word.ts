/** In single quotes, where sh, bash and zsh find nothing special but the single quote. */
export function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** One word of a command that people read: in quotes only where a POSIX shell needs them. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./~-]+$/.test(word) ? word : quoteForShell(word)
}
