/** A name of a secret or a variable as GitHub stores it: upper case. null when GitHub does not take it. */
export function storedName(name: unknown): string | null {
  if (typeof name !== 'string' || !/^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(name)) return null
  const upper = name.toUpperCase()
  return upper.startsWith('GITHUB_') ? null : upper
}
