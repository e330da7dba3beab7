import type { components } from '@octokit/openapi-types'
import { type Addresses, nodeId } from './addresses.ts'

type SimpleUser = components['schemas']['simple-user']

/** The one account of a hub: it owns the repository and starts every run. */
export function presentUser({ api, server }: Addresses, login: string): SimpleUser & { readonly id: number } {
  const url = `${api}/users/${login}`
  return {
    login,
    id: 1,
    node_id: nodeId('User', 1),
    avatar_url: '',
    gravatar_id: '',
    url,
    html_url: `${server}/${login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: 'User',
    site_admin: false,
  }
}
