import { isErrorCode, RelayError } from '../base/errors.ts'
import type { JobResult } from '../model/result.ts'
import type { ResultOutcome } from '../queue/results.ts'
import type { Subject } from '../queue/subject.ts'
import type { Context } from './context.ts'
import { currentOrLastKnown } from './last-known.ts'
import { stateInWords } from './state-words.ts'
import { codeOfEnd, stateOfSubject } from './subject.ts'

export type ReadyResult = Extract<ResultOutcome, { readonly kind: 'ready' }>

/** The result of a job or run, as far as there is one; without a broker, that which was fetched before. */
export function findResult(id: string, context: Context): Promise<ResultOutcome> {
  return currentOrLastKnown(
    context,
    queue => queue.result(id),
    history => history.result(id),
  )
}

/** Throws why there is none. */
export function requireReady(id: string, found: ResultOutcome): ReadyResult {
  if (found.kind === 'ready') return found
  const state = stateOfSubject(found.subject)
  const reason = reasonOf(found.subject)
  if (found.kind === 'not_finished') {
    throw new RelayError('still_pending', `${id} is not over yet: it ${stateInWords(state)}.`, {
      hint: `Wait for it with: relayq wait ${id}`,
    })
  }
  throw new RelayError(
    codeOfEnd(state),
    `${id} ${stateInWords(state)} and left no result${reason ? `: ${reason}` : ''}.`,
    { hint: `See what happened with: relayq view ${id}` },
  )
}

/** Throws what a job failed of, whose result has no files of use. */
export function requireSuccess(id: string, { subject, result }: ReadyResult): void {
  if (result.status === 'failed') throw failure(id, subject, result)
}

function failure(id: string, subject: Subject, result: JobResult): RelayError {
  const reason = result.error?.message ?? reasonOf(subject) ?? 'no reason was given'
  const code = result.error?.code ?? ''
  return new RelayError(isErrorCode(code) ? code : 'job_failed', `${id} failed: ${reason}`, {
    hint: result.error?.hint ?? `See what happened with: relayq logs ${id}`,
  })
}

function reasonOf(subject: Subject): string | null {
  return subject.kind === 'job' ? subject.job.reason : null
}
