import { RelayError } from '../../base/errors.ts'
import type { BrokerTarget } from '../../config/broker-target.ts'
import {
  missingRights,
  rightInWords,
  type TokenUse,
  tokenPage,
} from '../../provision/repository/token-rights.ts'
import type { ExaminedToken } from './examine-tokens.ts'

/** How to make a fine-grained token for this use: line by line, as GitHub's page has it. */
export function describeToken(use: TokenUse, target: BrokerTarget): readonly string[] {
  const { host, owner, repo } = target
  return [
    `A fine-grained token ${use.aim} has these repository permissions:`,
    ...use.rights.map(right => `  ${rightInWords(right).padEnd(32)} ${right.why}`),
    ...(target.apiUrl.startsWith('https:')
      ? [
          `Make it here, and under "Repository access" choose "Only select repositories" and ${repo}:`,
          `  ${tokenPage(host, owner, use)}`,
        ]
      : []),
  ]
}

/** What each token at hand lacks for this use: "GH_TOKEN lacks Workflows: Read and write". */
export function describeLack(
  tokens: readonly ExaminedToken[],
  use: TokenUse,
  target: BrokerTarget,
): readonly string[] {
  const required = use.rights.filter(right => right.required)
  return tokens.flatMap(({ origin, rights, kind, scopes }) => {
    if (rights === null) return [`the token of ${origin} cannot see ${target.owner}/${target.repo}`]
    const missing = missingRights(rights, required)
    if (missing.length === 0) return []
    if (kind === 'classic')
      return [
        `the token of ${origin} has the scopes ${scopes.join(', ') || 'none'}, and not ${missing.map(({ needed }) => needed).join(', ')}`,
      ]
    return [`the token of ${origin} lacks ${missing.map(rightInWords).join(', ')}`]
  })
}

/** There is none, and nobody to ask. */
export function noToken(use: TokenUse, target: BrokerTarget): RelayError {
  const { owner, repo } = target
  return new RelayError('not_authorized', `There is no token ${use.aim} at ${owner}/${repo}.`, {
    hint: `Hand it over: relayq init ${owner}/${repo} --token-stdin < FILE (one or two tokens, a line each)`,
  })
}
