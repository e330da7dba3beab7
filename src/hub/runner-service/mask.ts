/** What to mask for these values: themselves and their lines, the longest first; never white space alone. */
export function maskForms(values: Iterable<string>): readonly string[] {
  const forms = [...values].flatMap(value => [value, ...value.split(/\r?\n/)])
  return [...new Set(forms)].filter(form => form.trim() !== '').sort((a, b) => b.length - a.length)
}

/** Replaces every secret by `***`. For short texts; `maskStream` does the same for logs of any length. */
export function maskSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((masked, secret) => masked.replaceAll(secret, '***'), text)
}
