import { errorCodes, isErrorCode, RelayError } from '../base/errors.ts'
import { kinds } from '../model/kinds.ts'
import type { JobResult } from '../model/result.ts'
import type { Queue } from '../queue/queue.ts'
import { type Subject, subjectId } from '../queue/subject.ts'
import type { Context } from './context.ts'
import { printable } from './streams.ts'
import { exitCodeOfSubject } from './subject.ts'
import { tellWarnings } from './tell-warnings.ts'

/**
 * How a command ends that followed a job or run to its end. It tells the warnings of a job's result; to a person it says what to do
 * next, of a failed one to all.
 */
export async function endWith(subject: Subject, queue: Queue, context: Context): Promise<number> {
  if (exitCodeOfSubject(subject) === 0) {
    await tellWarningsLeft(subject, queue, context)
    if (context.streams.errIsTTY) context.say(howToHave(subject))
  }
  return await explainEnd(subject, queue, context)
}

/** Of a job that succeeded, whose result is here by now: that of a run nobody submitted here would have to be fetched. */
export async function tellWarningsLeft(
  subject: Subject,
  queue: Queue,
  context: Context,
  among: 'one' | 'several' = 'one',
): Promise<void> {
  if (subject.kind !== 'job') return
  const result = await resultLeftBy(subject.job.id, queue)
  if (result) tellWarnings(result, context, among === 'several' ? subject.job.id : null)
}

/**
 * Says of a failed job or run what to do next. Gives the exit code of what went wrong there: a script can tell what is worth another
 * try (75) from what is not.
 */
export async function explainEnd(subject: Subject, queue: Queue, context: Context): Promise<number> {
  const exitCode = exitCodeOfSubject(subject)
  if (exitCode !== errorCodes.job_failed) return exitCode
  const id = subjectId(subject)
  const error = (await resultLeftBy(id, queue))?.error
  // A job's state was printed with its reason; what a run failed of is only in its result.
  if (error && subject.kind === 'run') context.say(printable(error.message))
  context.streams.err.write(`  ${printable(error?.hint ?? `See what happened with: relayq logs ${id}`)}\n`)
  return error && isErrorCode(error.code) ? errorCodes[error.code] : exitCode
}

/** A kind that is asked for one format makes a file of it that is no text. */
function howToHave(subject: Subject): string {
  const id = subjectId(subject)
  const kind = subject.kind === 'job' ? kinds.find(({ name }) => name === subject.job.kind) : undefined
  const isMedia = kind?.inputs.some(({ name }) => name === 'format') ?? false
  return isMedia ? `save it with: relayq result ${id} -o .` : `print it with: relayq result ${id}`
}

/** null where it left no result, or one that cannot be had now: its log says the same at greater length. */
export async function resultLeftBy(id: string, queue: Queue): Promise<JobResult | null> {
  try {
    const found = await queue.result(id)
    return found.kind === 'ready' ? found.result : null
  } catch (thrown) {
    if (thrown instanceof RelayError) return null
    throw thrown
  }
}
