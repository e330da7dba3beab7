import { errorCodes, RelayError } from '../../base/errors.ts'
import type { Subject } from '../../queue/subject.ts'
import { addBrokerOptions } from '../broker-options.ts'
import { command } from '../command.ts'
import { stateInWords } from '../state-words.ts'
import { printable, withoutColours } from '../streams.ts'
import { codeOfEnd, exitCodeOfSubject, stateOfSubject } from '../subject.ts'

export interface LogsOptions {
  readonly id: string
}

/** The log of each workflow job as the broker has it, each under its name where there are several. */
export const logs = command<LogsOptions>({
  define: command => {
    addBrokerOptions(command).argument('<id>', 'job id, run id or run URL')
  },
  parse: ([id = '']) => ({ id }),
  run: async ({ id }, context) => {
    const queue = await (await context.relayq()).queue()
    const found = await queue.logs(id)
    const written = found.flatMap(({ workflowJob, text }) => (text === null ? [] : [{ workflowJob, text }]))
    if (written.length === 0) {
      throw withoutLog(id, await queue.view(id))
    }
    const { out, isTTY } = context.streams
    const shown = isTTY ? printable : withoutColours
    for (const { workflowJob, text } of written) {
      if (written.length > 1) out.write(`==> ${shown(workflowJob)} <==\n`)
      out.write(shown(text.endsWith('\n') ? text : `${text}\n`))
    }
    return 0
  },
})

/** Of one that is over, none will come: it ended before a machine had it, or the broker has forgotten it. */
function withoutLog(id: string, subject: Subject): RelayError {
  const state = stateOfSubject(subject)
  if (exitCodeOfSubject(subject) === errorCodes.still_pending) {
    return new RelayError('still_pending', `There is no log of ${id} yet.`, {
      hint: `Follow it with: relayq watch ${id}`,
    })
  }
  return new RelayError(codeOfEnd(state), `${id} ${stateInWords(state)}, and there is no log of it.`, {
    hint: `See what happened with: relayq view ${id}`,
  })
}
