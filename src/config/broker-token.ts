import type { BrokerSources, BrokerTarget } from './broker-target.ts'

export interface TokenOrigin {
  /** For people: "GH_TOKEN". */
  readonly origin: string
  readonly read: () => Promise<string | null>
}

/**
 * Where a token for the target may come from, the strongest first. A token without a host goes to GitHub, or where the
 * user's own words point. A checkout's files and remote are not the user's words: a cloned relayq.yaml must not be able to
 * send tokens elsewhere. The tokens of `relayq init` are bound to their queue, gh's to their host.
 */
export function tokenOrigins(target: BrokerTarget, sources: BrokerSources): readonly TokenOrigin[] {
  const { host, inUsersWords, ownToken } = target
  if (ownToken !== null) return [{ origin: ownToken.origin, read: async () => ownToken.value }]
  const { config, keptToken, ghToken } = sources
  const isTrusted = inUsersWords || host === 'github.com' || host.endsWith('.ghe.com')
  const names = isTrusted ? (['GH_TOKEN', 'GITHUB_TOKEN'] as const) : []
  return [
    ...names.map(name => ({ origin: name, read: async () => config.get(name) })),
    { origin: 'relayq init', read: () => keptToken(target) },
    { origin: 'gh', read: () => ghToken(host) },
  ]
}
