import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { isErrorCode, RelayError, systemErrorCode } from '../../base/errors.ts'
import type { JobResult } from '../../model/result.ts'
import type { Queue } from '../../queue/queue.ts'
import type { Subject } from '../../queue/subject.ts'
import { addBrokerOptions } from '../broker-options.ts'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { stateInWords } from '../state-words.ts'
import { stateOfSubject } from '../subject.ts'

export interface ResultOptions {
  readonly id: string
  /** null: the text of the result, else result.json. */
  readonly format: string | null
  /** null: stdout. */
  readonly output: string | null
  readonly json: boolean
}

const preferredFormat = 'txt'

/** A job's result: the file of a format, on stdout or in a file of the user's. */
export const result = command<ResultOptions>({
  define: command => {
    addBrokerOptions(command)
      .argument('<id>', 'job id, run id or run URL')
      .option('-f, --format <format>', 'txt, srt, vtt, json, ... (default: txt)')
      .option('-o, --output <file>', 'write it there; - is stdout')
      .option('--json', 'result.json itself: engine, runner, times, warnings, files')
  },
  parse: ([id = ''], flags) => ({
    id,
    format: typeof flags['format'] === 'string' ? flags['format'] : null,
    output: typeof flags['output'] === 'string' && flags['output'] !== '-' ? flags['output'] : null,
    json: flags['json'] === true,
  }),
  run: async (options, context) => {
    const queue = await (await context.relayq()).queue()
    const { subject, result, directory } = await readyResult(queue, options.id)
    for (const warning of result.warnings) context.say(`warning: ${warning}`)
    if (options.json) return deliver(resolve(directory, 'result.json'), options, context)
    if (result.status === 'failed') throw failure(options.id, subject, result)
    const format = options.format ?? (result.files[preferredFormat] === undefined ? null : preferredFormat)
    const found = format === null ? null : await queue.result(options.id, { format })
    const path = found?.kind === 'ready' ? found.path : null
    return deliver(path ?? resolve(directory, 'result.json'), options, context)
  },
})

async function readyResult(queue: Queue, id: string) {
  const found = await queue.result(id)
  if (found.kind === 'ready') return found
  const state = stateOfSubject(found.subject)
  const reason = reasonOf(found.subject)
  if (found.kind === 'not_finished') {
    throw new RelayError('still_pending', `${id} is not over yet: it ${stateInWords(state)}.`, {
      hint: `Wait for it with: relayq wait ${id}`,
    })
  }
  const isCancelled = state === 'cancelled' || state === 'expired'
  throw new RelayError(
    isCancelled ? 'job_cancelled' : 'job_failed',
    `${id} ${stateInWords(state)} and left no result${reason ? `: ${reason}` : ''}.`,
    { hint: `See what happened with: relayq logs ${id}` },
  )
}

function reasonOf(subject: Subject): string | null {
  return subject.kind === 'job' ? subject.job.reason : null
}

function failure(id: string, subject: Subject, result: JobResult): RelayError {
  const reason = result.error?.message ?? reasonOf(subject) ?? 'no reason was given'
  const code = result.error?.code ?? ''
  return new RelayError(isErrorCode(code) ? code : 'job_failed', `${id} failed: ${reason}`, {
    hint: result.error?.hint ?? `See what happened with: relayq logs ${id}`,
  })
}

/** What else may fail (no permission, a full disk) is told where every error is. */
const badPath: ReadonlySet<string | null> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR'])

async function copyTo(path: string, target: string): Promise<void> {
  try {
    await copyFile(path, target)
  } catch (cause) {
    if (!badPath.has(systemErrorCode(cause))) throw cause
    throw new RelayError('usage', `${target} is no place for a file.`, {
      hint: 'Give -o the name of a file in a folder that exists.',
      cause,
    })
  }
}

async function deliver(path: string, { output }: ResultOptions, context: Context): Promise<number> {
  if (output !== null) {
    const target = resolve(context.cwd, output)
    await copyTo(path, target)
    context.say(`written to ${target}`)
    return 0
  }
  const file = createReadStream(path)
  for await (const chunk of file) {
    if (context.closed.aborted) break
    if (!context.streams.out.write(chunk)) {
      await once(context.streams.out, 'drain', { signal: context.closed }).catch(() => {})
    }
  }
  return 0
}
