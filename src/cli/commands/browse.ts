import { RelayError } from '../../base/errors.ts'
import { isFinalJobState } from '../../model/job.ts'
import type { JobView } from '../../queue/job-view.ts'
import type { RunView } from '../../queue/queue.ts'
import { addBrokerOptions } from '../broker-options.ts'
import { command } from '../command.ts'
import { hasDesktop, openPage } from '../desktop.ts'
import { currentOrLastKnown } from '../last-known.ts'
import { stateInWords } from '../state-words.ts'
import { printable } from '../streams.ts'
import { codeOfEnd } from '../subject.ts'

export interface BrowseOptions {
  readonly id: string
  /** false: its address is printed. */
  readonly open: boolean
}

/** The page of a job's run, in the browser; its address where there is no desktop, or no page, or a program reads. */
export const browse = command<BrowseOptions>({
  define: command => {
    addBrokerOptions(command)
      .argument('<id>', 'job id, run id or run URL')
      .option('-n, --no-open', 'print its address')
  },
  parse: ([id = ''], flags) => ({ id, open: flags['open'] !== false }),
  run: async ({ id, open }, context) => {
    const seen = await currentOrLastKnown(
      context,
      queue => queue.view(id),
      history => history.view(id),
    )
    const address = printable(addressOf(seen))
    const { isTTY, out } = context.streams
    if (open && isTTY && hasDesktop(context.env) && isWeb(address)) await openPage(address, context.env)
    else out.write(`${address}\n`)
    return 0
  },
})

function addressOf(seen: JobView | RunView): string {
  if (seen.kind === 'run') return seen.run.url
  if (seen.job.runUrl !== null) return seen.job.runUrl
  throw withoutRun(seen)
}

/** The words that `relayq view` has for it. */
function withoutRun({ job, waiting }: JobView): RelayError {
  const { id, state } = job
  const why = waiting?.reason ?? job.reason
  const because = why === null ? '' : `: ${printable(why).replace(/\.$/, '')}`
  if (!isFinalJobState(state)) {
    return new RelayError('still_pending', `${id} has no run yet${because}.`, {
      hint: `Wait for it with: relayq wait ${id}`,
    })
  }
  return new RelayError(codeOfEnd(state), `${id} ${stateInWords(state)} and had no run${because}.`, {
    hint: `See what happened with: relayq view ${id}`,
  })
}

/** What opens pages opens files and programs, too, so a broker's word is not enough; and Redis mode has no pages. */
function isWeb(address: string): boolean {
  return ['https:', 'http:'].includes(URL.parse(address)?.protocol ?? '')
}
