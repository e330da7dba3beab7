import { quoteForShell } from '../../base/shell-word.ts'
import { type HubFile, isRedisFleet } from '../../config/hub-file.ts'
import { brokerVariables } from './kept-supervisor.ts'

/** What a person needs to know of a running hub. */
export function describeHub(hub: HubFile): string {
  const { owner, name } = hub.repository
  const place = isRedisFleet(hub)
    ? [`redis    ${hub.url}  (keys ${name}:*)`]
    : [`hub      ${hub.url}  (${owner}/${name}, branch ${hub.defaultBranch})`, `pages    ${hub.loginUrl}`]
  return [
    ...place,
    `runners  ${hub.runners.map(runner => `${runner.name} (${runner.labels.join(', ')})`).join('\n         ')}`,
    'next     relayq submit transcribe url=https://example.com/episode.mp3 --wait',
    '',
  ].join('\n')
}

/**
 * For `eval "$(relayq up --env)"`. gh knows github.localhost as a GitHub of its own that it calls without TLS, and finds
 * it through the proxy; other clients take the API's address. The hub refuses to be a proxy for anything else.
 */
export function hubVariables(hub: HubFile): string {
  return asExports(isRedisFleet(hub) ? brokerVariables(hub) : gitHubVariables(hub))
}

function gitHubVariables(hub: HubFile): NodeJS.ProcessEnv {
  const { owner, name } = hub.repository
  return {
    GH_HOST: 'github.localhost',
    GH_REPO: `github.localhost/${owner}/${name}`,
    GH_TOKEN: hub.token,
    HTTP_PROXY: hub.url,
    // Not `localhost`: clients take that for every name that ends in it, and gh would miss the proxy.
    NO_PROXY: '127.0.0.1,::1',
    GITHUB_API_URL: hub.apiUrl,
    RELAYQ_API_URL: hub.apiUrl,
    RELAYQ_TOKEN: hub.token,
  }
}

function asExports(variables: NodeJS.ProcessEnv): string {
  return Object.entries(variables)
    .map(([variable, value = '']) => `export ${variable}=${quoteForShell(value)}\n`)
    .join('')
}
