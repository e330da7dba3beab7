import { createReadStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { extname, join, resolve } from 'node:path'
import { counted } from '../base/counted.ts'
import { RelayError, systemErrorCode } from '../base/errors.ts'
import { jobName, sourceName } from '../model/job-name.ts'
import { type Subject, subjectId } from '../queue/subject.ts'
import { type ChosenJobs, idsOf } from './chosen-jobs.ts'
import type { Context } from './context.ts'
import { worstOf } from './exit-code.ts'
import { currentOrLastKnown } from './last-known.ts'
import { findResult, requireReady, requireSuccess } from './ready-result.ts'
import { reportError } from './report-error.ts'
import { isMedia, partOf, type ResultPart, saveWhole, type WantedPart } from './result-part.ts'
import { placesOf } from './result-places.ts'
import { saveFile } from './save-file.ts'
import { tellWarnings } from './tell-warnings.ts'
import { writeOut } from './write-out.ts'

export interface SeveralWanted extends WantedPart {
  /** A folder; null: stdout. */
  readonly output: string | null
}

interface Fetched {
  readonly id: string
  readonly subject: Subject
  /** null: it has none to deliver, and why was said. */
  readonly part: ResultPart | null
}

type Delivered = Fetched & { readonly part: ResultPart }

/**
 * The results of several jobs, each in a file or folder of its own below a folder, or printed one after the other. One that is not
 * there does not keep the others from it; the exit code is that of the worst.
 */
export async function deliverSeveral(
  chosen: ChosenJobs,
  wanted: SeveralWanted,
  context: Context,
): Promise<number> {
  const sparing = sayingOnce(context)
  const ids = await currentOrLastKnown(
    sparing,
    async queue => idsOf(chosen, queue),
    history => idsOf(chosen, history),
  )
  const { fetched, exitCodes } = await fetchEach(ids, wanted, sparing)
  if (wanted.output === null) await printEach(fetched.filter(isDelivered), wanted, context)
  else await saveEach(fetched, resolve(context.cwd, wanted.output), context)
  return worstOf(exitCodes)
}

function isDelivered(fetched: Fetched): fetched is Delivered {
  return fetched.part !== null
}

/** That there is no broker is true of all of them. */
function sayingOnce(context: Context): Context {
  const said = new Set<string>()
  return {
    ...context,
    say: line => {
      if (!said.has(line)) context.say(line)
      said.add(line)
    },
  }
}

/** First all of them: what they are called depends on the others. A job that was named twice is one. */
async function fetchEach(
  ids: readonly string[],
  wanted: SeveralWanted,
  context: Context,
): Promise<{ readonly fetched: readonly Fetched[]; readonly exitCodes: readonly number[] }> {
  const fetched = new Map<string, Fetched>()
  const exitCodes: number[] = []
  for (const named of ids) {
    try {
      const found = await findResult(named, context)
      const { subject } = found
      const id = subjectId(subject)
      if (fetched.has(id)) continue
      fetched.set(id, { id, subject, part: null })
      const ready = requireReady(id, found)
      if (!wanted.json) requireSuccess(id, ready)
      tellWarnings(ready.result, context, id)
      const part = await partOf(ready, wanted, { intoFolder: wanted.output !== null })
      fetched.set(id, { id, subject, part })
    } catch (thrown) {
      exitCodes.push(reportError(thrown, context.streams, context.env))
    }
  }
  return { fetched: [...fetched.values()], exitCodes }
}

/** JSON follows JSON, which programs read; text has a heading, as of head(1). */
async function printEach(
  results: readonly Delivered[],
  wanted: SeveralWanted,
  context: Context,
): Promise<void> {
  const media = results.find(({ part }) => isMedia(part))
  if (media?.part.kind === 'file') {
    const what = `the result of ${media.id} is ${media.part.format}`
    throw new RelayError('usage', `Several results are printed where they are text; ${what}.`, {
      hint: 'Save them with -o FOLDER/.',
    })
  }
  let end = ''
  for (const { id, subject, part } of results) {
    if (part.kind === 'whole') continue
    if (!wanted.json) await writeOut(`${end}==> ${headingOf(id, subject)} <==\n`, context)
    const isCut = await printFile(part.path, context)
    end = isCut ? '\n\n' : '\n'
    if (wanted.json && isCut) await writeOut('\n', context)
  }
}

function headingOf(id: string, subject: Subject): string {
  const name = subject.kind === 'job' ? jobName(subject.job.inputs) : null
  return name === null ? id : `${name} (${id})`
}

/** True: its last line has no end. */
async function printFile(path: string, context: Context): Promise<boolean> {
  let last: number | undefined
  for await (const chunk of createReadStream(path)) {
    last = (chunk as Buffer).at(-1)
    if (!(await writeOut(chunk, context))) break
  }
  return last !== undefined && last !== 10
}

async function saveEach(fetched: readonly Fetched[], folder: string, context: Context): Promise<void> {
  await makeFolder(folder)
  const places = placesOf(
    fetched.map(({ id, subject, part }) => ({
      ...{ id, source: subject.kind === 'job' ? sourceName(subject.job.inputs) : null },
      ending: part?.kind === 'file' ? extname(part.path) : '',
    })),
  )
  let count = 0
  for (const [at, { part }] of fetched.entries()) {
    const place = join(folder, places[at] ?? '')
    if (part === null) continue
    count += 1
    if (part.kind === 'whole') await saveWhole(part, place)
    else if ((await saveFile(part.path, place, folder)).isOver)
      context.say(`written over the file that was there: ${place}`)
  }
  context.say(`${counted(count, 'result')} written to ${folder}`)
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
  } catch (cause) {
    const code = systemErrorCode(cause)
    if (code !== 'EEXIST' && code !== 'ENOTDIR') throw cause
    throw new RelayError(
      'usage',
      `Several results need a folder, which ${folder} cannot be: there is a file.`,
      {
        hint: 'Give -o the name of a folder.',
        cause,
      },
    )
  }
}
