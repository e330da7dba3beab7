export interface GitHubTarget {
  /** `https://api.github.com`, `https://ghe.example.com/api/v3`, `http://127.0.0.1:PORT/api/v3`; no slash at the end. */
  readonly apiUrl: string
  readonly token: string
  readonly owner: string
  readonly repo: string
}

export type Query = Readonly<Record<string, string | number>>

/** The address of a path below the repository. */
export function repositoryUrl(target: GitHubTarget, path: string, query: Query = {}): string {
  const { owner, repo } = target
  return rootUrl(target, `/repos/${encodeURIComponent(owner)}/${encodeURIComponent(repo)}${path}`, query)
}

/** The address of a path below the API itself: `/user`. */
export function rootUrl({ apiUrl }: Pick<GitHubTarget, 'apiUrl'>, path: string, query: Query = {}): string {
  const search = new URLSearchParams(
    Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)])),
  ).toString()
  return `${apiUrl}${path}${search === '' ? '' : `?${search}`}`
}
