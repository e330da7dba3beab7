import { RelayError } from '../base/errors.ts'
import { type BrokerSources, type BrokerTarget, chooseTarget } from './broker-target.ts'
import { tokenOrigins } from './broker-token.ts'

/** Where to dispatch, and by which of the user's words. */
export interface BrokerChoice
  extends Pick<
    BrokerTarget,
    'apiUrl' | 'host' | 'owner' | 'repo' | 'defaultBranch' | 'description' | 'origin' | 'hub'
  > {
  readonly token: string
}

/** The target of chooseTarget, and the first token there is for it. Throws `no_broker` or `not_authorized`. */
export async function chooseBroker(sources: BrokerSources): Promise<BrokerChoice> {
  const target = await chooseTarget(sources)
  for (const { read } of tokenOrigins(target, sources)) {
    const token = await read()
    if (token !== null) return { ...target, token }
  }
  throw new RelayError('not_authorized', `There is no token for ${target.host}.`, { hint: target.tokenHint })
}
