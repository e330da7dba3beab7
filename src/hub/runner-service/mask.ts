/** Replaces every secret by `***`. For short texts; `maskStream` does the same for logs of any length. */
export function maskSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((masked, secret) => masked.replaceAll(secret, '***'), text)
}
