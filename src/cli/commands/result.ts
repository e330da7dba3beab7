import { createReadStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { counted } from '../../base/counted.ts'
import { isErrorCode, RelayError } from '../../base/errors.ts'
import { mediaFormats, pictureFormats, transcriptFormats } from '../../model/kinds.ts'
import type { JobResult } from '../../model/result.ts'
import { fileOfFormat } from '../../queue/format-file.ts'
import type { Subject } from '../../queue/subject.ts'
import { addBrokerOptions } from '../broker-options.ts'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { openFile } from '../desktop.ts'
import { currentOrLastKnown } from '../last-known.ts'
import { choiceOption } from '../option-values.ts'
import { isFolderPlace, saveFile } from '../save-file.ts'
import { stateInWords } from '../state-words.ts'
import { codeOfEnd, stateOfSubject } from '../subject.ts'
import { tellWarnings } from '../tell-warnings.ts'
import { writeOut } from '../write-out.ts'

export interface ResultOptions {
  readonly id: string
  /** null: the text, else the only file, else result.json. */
  readonly format: string | null
  /** null: stdout. */
  readonly output: string | null
  readonly json: boolean
  /** Show the file in the desktop's program for it, too. */
  readonly open: boolean
}

const preferredFormat = 'txt'
/** More names than these are counted. */
const mostNamed = 6

/** A job's result: the file of a format, on stdout or in a file of the user's, and opened where that is asked. */
export const result = command<ResultOptions>({
  define: command => {
    addBrokerOptions(command)
      .argument('<id>', 'job id, run id or run URL')
      .addOption(
        choiceOption(
          '-f, --format <format>',
          'the file of this format (default: txt, or the only one) or name',
          [...transcriptFormats, ...mediaFormats, ...pictureFormats],
        ),
      )
      .option('-o, --output <file>', 'write it there, a file or a folder; - is stdout')
      .option('--open', 'show it in the program this machine has for such files, too')
      .option('--json', 'result.json itself: engine, runner, times, warnings, files')
  },
  parse: ([id = ''], flags) => ({
    id,
    format: typeof flags['format'] === 'string' ? flags['format'] : null,
    output: typeof flags['output'] === 'string' && flags['output'] !== '-' ? flags['output'] : null,
    json: flags['json'] === true,
    open: flags['open'] === true,
  }),
  run: async (options, context) => {
    const { subject, result, directory } = await readyResult(options.id, context)
    tellWarnings(result, context)
    if (options.json) return deliver(join(directory, 'result.json'), options, context)
    if (result.status === 'failed') throw failure(options.id, subject, result)
    if (goesWhole(result, options, context)) return deliverAll(directory, result, options, context)
    const format = options.format ?? usualFormat(result)
    const path =
      format === null ? join(directory, 'result.json') : await fileOfFormat(directory, result, format)
    if (!context.streams.isTTY || options.output !== null || !isMedia(format))
      return deliver(path, options, context)
    if (!options.open) throw notShown(options.id, format)
    await openFile(path, context.env)
    return 0
  },
})

function isMedia(format: string | null): boolean {
  return [...mediaFormats, ...pictureFormats].some(media => media === format)
}

/** The bytes of a film or a picture say nothing to a person, and may set the terminal up strangely. */
function notShown(id: string, format: string | null): RelayError {
  return new RelayError('usage', `The result is ${format}, which a terminal does not show.`, {
    hint: `Save it with relayq result ${id} -o . or see it with --open.`,
  })
}

/** A result of many files with no usual one, as a script leaves it, goes into a folder as it is. */
function goesWhole({ files }: JobResult, { format, output }: ResultOptions, { cwd }: Context): boolean {
  const isChosen = format !== null || preferredFormat in files || Object.keys(files).length < 2
  return !isChosen && output !== null && isFolderPlace(output, cwd)
}

async function deliverAll(
  directory: string,
  { files }: JobResult,
  { output, open }: ResultOptions,
  context: Context,
): Promise<number> {
  const folder = resolve(context.cwd, output ?? '')
  const names = Object.values(files)
  for (const name of names) {
    const place = join(folder, name)
    await mkdir(dirname(place), { recursive: true })
    await saveFile(join(directory, name), place, context.cwd)
  }
  context.say(`${counted(names.length, 'file')} written to ${folder}`)
  if (open) await openFile(folder, context.env)
  return 0
}

/** The text, else the only file there is; null where there is none. Throws `usage` where it has to be chosen. */
function usualFormat({ files }: JobResult): string | null {
  const formats = Object.keys(files)
  if (formats.includes(preferredFormat)) return preferredFormat
  if (formats.length <= 1) return formats[0] ?? null
  const named = formats.length > mostNamed ? counted(formats.length, 'other file') : formats.join(' and ')
  throw new RelayError('usage', `The result has no ${preferredFormat}, but ${named}.`, {
    hint: `Choose one with --format ${formats[0]}, or take all of them with -o FOLDER/.`,
  })
}

async function readyResult(id: string, context: Context) {
  const found = await currentOrLastKnown(
    context,
    queue => queue.result(id),
    history => history.result(id),
  )
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
