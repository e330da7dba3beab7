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
    avatar_url: `${server}/${login}.png`,
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

/** The same account as its own page shows it. A hub knows nothing of people: no name, no mail, no date. */
export function presentPublicUser(addresses: Addresses, login: string): components['schemas']['public-user'] {
  return {
    ...presentUser(addresses, login),
    name: null,
    company: null,
    blog: '',
    location: null,
    email: null,
    hireable: null,
    bio: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: '1970-01-01T00:00:00Z',
    updated_at: '1970-01-01T00:00:00Z',
  }
}

/** The owner's, who may do everything. */
export function presentPermission(
  addresses: Addresses,
  login: string,
): components['schemas']['repository-collaborator-permission'] {
  const permissions = { admin: true, maintain: true, push: true, triage: true, pull: true }
  return {
    permission: 'admin',
    role_name: 'admin',
    user: { ...presentUser(addresses, login), permissions, role_name: 'admin' },
  }
}
