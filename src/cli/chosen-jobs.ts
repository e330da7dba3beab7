import type { Command } from 'commander'
import { RelayError } from '../base/errors.ts'
import { shellWord } from '../base/shell-word.ts'
import type { History } from '../queue/history.ts'
import type { Queue } from '../queue/queue.ts'
import type { Flags } from './command.ts'
import { parseText } from './option-values.ts'

/** The jobs that a command is for: those that were named, or those of a batch. */
export type ChosenJobs =
  | { readonly kind: 'named'; readonly ids: readonly string[] }
  | { readonly kind: 'batch'; readonly batch: string }

export function addChosenJobs(command: Command): Command {
  return command
    .argument('[ids...]', 'job ids, run ids or run URLs')
    .option('--batch <name>', 'those of this batch')
}

/** Throws `usage` unless there is one of both. */
export function parseChosenJobs(command: string, ids: readonly string[], flags: Flags): ChosenJobs {
  const batch = parseText('--batch', flags['batch'])
  if (batch === null && ids.length > 0) return { kind: 'named', ids: [...new Set(ids)] }
  if (batch !== null && ids.length === 0) return { kind: 'batch', batch }
  throw new RelayError('usage', 'Give the jobs, or --batch for all of a batch.', {
    hint: `relayq ${command} JOB, or relayq ${command} --batch NAME`,
  })
}

/** One job was named, which is told of by itself. */
export function onlyOne(chosen: ChosenJobs): string | null {
  const [id = null, ...others] = chosen.kind === 'named' ? chosen.ids : []
  return others.length === 0 ? id : null
}

/** Those of a batch as the ledger has them, in the order they came in. Throws `job_not_found` for a batch without any. */
export function idsOf(chosen: ChosenJobs, known: Pick<Queue | History, 'list'>): readonly string[] {
  if (chosen.kind === 'named') return chosen.ids
  const { batch } = chosen
  const jobs = known.list({ batch, limit: Number.MAX_SAFE_INTEGER })
  if (jobs.length > 0) return jobs.map(({ id }) => id).toReversed()
  throw new RelayError('job_not_found', `There is no job of the batch ${JSON.stringify(batch)}.`, {
    hint: 'relayq list --json id,batch shows the batches there are.',
  })
}

/** As it is typed. */
export function chosenInWords(chosen: ChosenJobs): string {
  return chosen.kind === 'named' ? chosen.ids.join(' ') : `--batch ${shellWord(chosen.batch)}`
}
