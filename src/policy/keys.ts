import type { Runner } from '../model/runner.ts'
import type { Fit } from './constraints.ts'
import type { MachineKeys } from './request.ts'

/** The key under a machine's name, else under one of its labels; null: none is known. */
export function keyOf(keys: MachineKeys, runner: Runner | null, label: string): string | null {
  const names = runner ? [runner.name, ...runner.labels] : [label]
  const found = names.find(name => keys.has(name.toLowerCase()))
  return found === undefined ? null : (keys.get(found.toLowerCase()) ?? null)
}

/** A machine whose key is not known cannot read what is encrypted, whatever else it could. */
export function readable(fit: Fit, key: string | null): Fit {
  if (key !== null) return fit
  const reason = 'its key is not known, and the file is encrypted'
  return { kind: 'broken', reason: fit.kind === 'broken' ? `${fit.reason}; ${reason}` : reason }
}
