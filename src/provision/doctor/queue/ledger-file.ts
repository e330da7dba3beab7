import type { Check } from '../check.ts'
import { type Finding, manualMend, ok, problem, warning } from '../finding.ts'

const name = 'ledger'

/** The ledger's file as it lies there. */
export interface LedgerHealth {
  readonly bytes: number
  /** What SQLite finds wrong with it; empty: nothing. null: it is too large to be read through. */
  readonly faults: readonly string[] | null
  readonly schema: number
  /** What this version writes. */
  readonly newestSchema: number
}

/** `read`: null where there is no ledger yet; it must not make one. */
export function ledgerFileCheck(path: string, read: () => Promise<LedgerHealth | null>): Check {
  return { name, timeoutMs: 30_000, look: async () => [judgeLedgerFile(path, await read())] }
}

const gigabyte = 1_000_000_000

export function judgeLedgerFile(path: string, health: LedgerHealth | null): Finding {
  if (!health) return ok(name, 'none yet: no job was submitted here', path)
  const { bytes, faults, schema, newestSchema } = health
  if (faults !== null && faults.length > 0) {
    return problem(name, `the file is damaged: ${faults[0]}`, {
      why: 'what was submitted, tried and found may be lost; docs/RUNBOOK.md says how to bring a copy back',
      where: path,
    })
  }
  if (schema > newestSchema) {
    return problem(
      name,
      `it was written by a newer RelayQ (schema ${schema}; this one knows ${newestSchema})`,
      {
        why: 'this RelayQ cannot use it: update it',
        mend: manualMend('npm install -g relayq@latest'),
        where: path,
      },
    )
  }
  if (bytes > gigabyte) {
    return warning(name, `it has grown to ${size(bytes)}`, {
      why: 'jobs that are long over can be removed from it',
      mend: manualMend('relayq prune --older-than 90d'),
      where: path,
    })
  }
  return ok(name, `${size(bytes)}, schema ${schema}${faults === null ? '' : ', sound'}`, path)
}

function size(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}
