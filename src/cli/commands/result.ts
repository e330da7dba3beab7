import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { counted } from '../../base/counted.ts'
import { RelayError } from '../../base/errors.ts'
import { mediaFormats, pictureFormats, transcriptFormats } from '../../model/kinds.ts'
import { addBrokerOptions } from '../broker-options.ts'
import { addChosenJobs, type ChosenJobs, onlyOne, parseChosenJobs } from '../chosen-jobs.ts'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { openFile } from '../desktop.ts'
import { choiceOption } from '../option-values.ts'
import { findResult, requireReady, requireSuccess } from '../ready-result.ts'
import { isMedia, partOf, type ResultPart, saveWhole, type WantedPart } from '../result-part.ts'
import { isFolderPlace, saveFile } from '../save-file.ts'
import { deliverSeveral } from '../several-results.ts'
import { tellWarnings } from '../tell-warnings.ts'
import { writeOut } from '../write-out.ts'

export interface ResultOptions extends WantedPart {
  readonly chosen: ChosenJobs
  /** null: stdout. */
  readonly output: string | null
  /** Show the file in the desktop's program for it, too. */
  readonly open: boolean
}

/**
 * A job's result: the file of a format, on stdout or in a file of the user's, and opened where that is asked. Those of several: one
 * after the other, or each in a folder under a name of its own.
 */
export const result = command<ResultOptions>({
  define: command => {
    addChosenJobs(addBrokerOptions(command))
      .addOption(
        choiceOption(
          '-f, --format <format>',
          'the file of this format (default: txt, or the only one) or name',
          [...transcriptFormats, ...mediaFormats, ...pictureFormats],
        ),
      )
      .option('-o, --output <file>', 'write it there, a file or a folder (several: a folder); - is stdout')
      .option('--open', 'show it in the program this machine has for such files, too')
      .option('--json', 'result.json itself: engine, runner, times, warnings, files')
  },
  parse: (ids, flags) => {
    const options: ResultOptions = {
      chosen: parseChosenJobs('result', ids, flags),
      format: typeof flags['format'] === 'string' ? flags['format'] : null,
      output: typeof flags['output'] === 'string' && flags['output'] !== '-' ? flags['output'] : null,
      json: flags['json'] === true,
      open: flags['open'] === true,
    }
    if (!options.open || options.output !== null || onlyOne(options.chosen) !== null) return options
    throw new RelayError('usage', 'Of several results, the folder that they lie in is opened.', {
      hint: 'Name it with -o FOLDER/.',
    })
  },
  run: async (options, context) => {
    const id = onlyOne(options.chosen)
    if (id !== null) return deliverOne(id, options, context)
    const exitCode = await deliverSeveral(options.chosen, options, context)
    if (options.open) await openFile(resolve(context.cwd, options.output ?? ''), context.env)
    return exitCode
  },
})

async function deliverOne(id: string, options: ResultOptions, context: Context): Promise<number> {
  const ready = requireReady(id, await findResult(id, context))
  tellWarnings(ready.result, context)
  if (!options.json) requireSuccess(id, ready)
  const { output, open } = options
  const intoFolder = output !== null && isFolderPlace(output, context.cwd)
  const part = await partOf(ready, options, { intoFolder })
  if (part.kind === 'whole') return deliverWhole(part, resolve(context.cwd, output ?? ''), open, context)
  if (!context.streams.isTTY || output !== null || !isMedia(part)) return deliver(part.path, options, context)
  if (!open) throw notShown(id, part)
  await openFile(part.path, context.env)
  return 0
}

function notShown(id: string, part: Extract<ResultPart, { readonly kind: 'file' }>): RelayError {
  return new RelayError('usage', `The result is ${part.format}, which a terminal does not show.`, {
    hint: `Save it with relayq result ${id} -o . or see it with --open.`,
  })
}

async function deliverWhole(
  part: Extract<ResultPart, { readonly kind: 'whole' }>,
  folder: string,
  open: boolean,
  context: Context,
): Promise<number> {
  await saveWhole(part, folder)
  context.say(`${counted(part.names.length, 'file')} written to ${folder}`)
  if (open) await openFile(folder, context.env)
  return 0
}

async function deliver(path: string, { output, open }: ResultOptions, context: Context): Promise<number> {
  const place = await (output === null ? print(path, context) : save(path, output, context))
  if (open) await openFile(place, context.env)
  return 0
}

async function print(path: string, context: Context): Promise<string> {
  for await (const chunk of createReadStream(path)) if (!(await writeOut(chunk, context))) break
  return path
}

async function save(path: string, output: string, context: Context): Promise<string> {
  const saved = await saveFile(path, output, context.cwd)
  context.say(`written to ${saved.path}${saved.isOver ? ', over the file that was there' : ''}`)
  return saved.path
}
