/** What every request carries. The version is the one whose dispatch answers with the run's id when asked to. */
export function requestHeaders(token: string): Readonly<Record<string, string>> {
  return {
    authorization: `token ${token}`,
    accept: 'application/vnd.github+json',
    'content-type': 'application/json; charset=utf-8',
    'user-agent': 'relayq',
    'x-github-api-version': '2022-11-28',
  }
}
