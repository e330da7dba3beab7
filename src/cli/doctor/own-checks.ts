import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { RelayQ } from '../../compose.ts'
import type { Policy } from '../../policy/policy.ts'
import type { Check } from '../../provision/doctor/check.ts'
import { policyCheck } from '../../provision/doctor/policy.ts'
import { ledgerFileCheck } from '../../provision/doctor/queue/ledger-file.ts'
import type { Context } from '../context.ts'

/** Of files of this machine and its checkout: no broker is needed. */
export async function policyChecks(context: Context): Promise<readonly Check[]> {
  const relayq = await context.relayq()
  return [policyCheck(() => policyOf(relayq))]
}

export async function ledgerChecks(context: Context): Promise<readonly Check[]> {
  const relayq = await context.relayq()
  return [ledgerFileCheck(relayq.ledgerPath, () => relayq.ledgerHealth())]
}

/** null: there is none, and none was named. */
export async function policyOf(relayq: RelayQ): Promise<Policy | null> {
  const { config, checkout } = relayq
  const path = resolve(checkout, config.get('RELAYQ_POLICY') ?? '')
  const isAbsent = config.layerOf('RELAYQ_POLICY') === 'default' && !existsSync(path)
  return isAbsent ? null : relayq.policy()
}
