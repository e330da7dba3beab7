export interface GitHubTarget {
  /** `https://api.github.com`, `https://ghe.example.com/api/v3`, `http://127.0.0.1:PORT/api/v3`; no slash at the end. */
  readonly apiUrl: string
  readonly token: string
  readonly owner: string
  readonly repo: string
}

export type Query = Readonly<Record<string, string | number>>

/** The address of a path below the repository. */
export function repositoryUrl(
  { apiUrl, owner, repo }: GitHubTarget,
  path: string,
  query: Query = {},
): string {
  const search = new URLSearchParams(
    Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)])),
  ).toString()
  const below = `/repos/${encodeURIComponent(owner)}/${encodeURIComponent(repo)}${path}`
  return `${apiUrl}${below}${search === '' ? '' : `?${search}`}`
}
