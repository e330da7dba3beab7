/** The type itself when raw bytes are asked for: `application/vnd.github.raw+json`, or the older `…v3.raw`. */
export function rawType(accept: string | undefined): string | null {
  return /application\/vnd\.github\.(v3\.)?raw(\+json)?/.exec(accept ?? '')?.[0] ?? null
}
