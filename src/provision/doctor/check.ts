import { asError, explain } from '../../base/errors.ts'
import { oneLine } from '../../base/one-line.ts'
import { type Finding, unseen } from './finding.ts'

/** One thing to look at, and what is thought of it. */
export interface Check {
  readonly name: string
  /** After it the look is given up, and the finding says so: a dead network makes nobody wait. */
  readonly timeoutMs: number
  /** Changes nothing. What it throws becomes a finding; the signal is aborted when its time is over. */
  readonly look: (signal: AbortSignal) => Promise<readonly Finding[]>
}

/** Takes all looks side by side; findings come in the order of the checks. Never throws. */
export async function runChecks(checks: readonly Check[]): Promise<readonly Finding[]> {
  return (await Promise.all(checks.map(runCheck))).flat()
}

async function runCheck({ name, timeoutMs, look }: Check): Promise<readonly Finding[]> {
  const controller = new AbortController()
  const { promise: expired, resolve: expire } = Promise.withResolvers<readonly Finding[]>()
  const timer = setTimeout(() => {
    expire([unseen(name, `no answer within ${timeoutMs / 1000} s`)])
    controller.abort(new Error('the look took too long'))
  }, timeoutMs)
  try {
    return await Promise.race([look(controller.signal), expired])
  } catch (thrown) {
    return [unseen(name, oneLine(explain(asError(thrown))))]
  } finally {
    clearTimeout(timer)
  }
}
