/** The fenced blocks of a page in one language, in their order. */
export function blocksOf(page: string, language: string): readonly string[] {
  const fence = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms')
  return [...page.matchAll(fence)].map(match => match[1] ?? '')
}

/** The examples in the comments of a source: lines that stand four spaces further in. */
export function examplesIn(source: string): readonly string[] {
  const examples = source.matchAll(/(?:^ *\*( {5}.*)\n)+/gm)
  return [...examples].map(([lines]) => lines.replaceAll(/^ *\* {5}/gm, ''))
}
