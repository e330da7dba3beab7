import { mkdir, rename, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { counted } from '../base/counted.ts'
import { Masker } from '../base/masker.ts'
import { oneLine } from '../base/one-line.ts'
import { readTexts } from '../model/inputs.ts'
import { type FetchedInput, fetchInput } from './fetch-input.ts'
import { findScript } from './find-script.ts'
import type { JobProduct, JobWork } from './kind-runner.ts'
import { runScript } from './run-script.ts'
import { faultOfScript } from './script-end.ts'
import { scriptEnvironment } from './script-environment.ts'
import { takeScriptFiles } from './script-files.ts'

/** A script of the repository's `jobs/`: its source as a file, its lines in the log, and what it writes as the result. */
export async function command(work: JobWork): Promise<JobProduct> {
  const { context, inputs, workFolder, resultFolder } = work
  const script = await findScript(inputs['script'] ?? '', context.env['GITHUB_WORKSPACE'] ?? '')
  const args = readTexts(inputs['args'] || '[]') ?? []
  const source = await fetchSource(work)
  const output = join(workFolder, 'output')
  await mkdir(output)

  const began = context.clock()
  work.log(`runs ${script.place} with ${counted(args.length, 'argument')}`)
  const env = scriptEnvironment(context.env, {
    RELAYQ_JOB_OUTPUT: output,
    ...(source ? { RELAYQ_JOB_INPUT: source.path } : {}),
  })
  const outcome = await runScript(work, script, { args, env })
  context.signal.throwIfAborted()
  const mask = maskerOf(context.config.secrets)
  const fault = faultOfScript(script.place, outcome, mask)
  if (fault) throw fault
  const workSeconds = (context.clock() - began) / 1000

  const taken = await takeScriptFiles(output, resultFolder)
  const printed = outcome.kind === 'exited' ? mask(outcome.stdout) : ''
  const isText = Object.keys(taken.files).length === 0 && printed !== ''
  if (isText) await writeFile(join(resultFolder, printedFile), printed)
  const isCut = isText && outcome.kind === 'exited' && outcome.stdoutCut
  const files = isText ? { txt: printedFile } : taken.files
  const amount = counted(Object.keys(files).length, 'file')
  return {
    files,
    warnings: [
      ...taken.warnings,
      ...(isCut ? [`${printedFile} holds only the first MB that was printed.`] : []),
    ],
    doubts: [],
    source: source && { url: source.url, foundOn: null },
    media: null,
    engine: null,
    timing: { workSeconds },
    outputs: isText ? { text: firstLine(printed) } : {},
    summary: `### ${script.place}\n\n${amount} in ${workSeconds.toFixed(1)} s\n`,
  }
}

/** What a script printed is its result where it has written none. */
const printedFile = 'output.txt'

/** The file to work on, under a name that programs can tell its type by; null: the job has none. */
async function fetchSource(work: JobWork): Promise<FetchedInput | null> {
  const { url = '', file = '', path = '' } = work.inputs
  if (url + file + path === '') return null
  const fetched = await fetchInput(work, 'file')
  const folder = join(work.workFolder, 'source')
  await mkdir(folder)
  const named = join(folder, plainName(fetched.url))
  await rename(fetched.path, named)
  return { ...fetched, path: named }
}

const longestName = 100

/** Of an address or a path, the end, which has the extension; letters, digits and what no program takes for anything else. */
function plainName(place: string): string {
  const plain = basename(place).replaceAll(/[^\w.+-]/g, '_')
  return plain.slice(-longestName).replace(/^[^\w]+/, '') || 'input'
}

function maskerOf(secrets: readonly string[]): (text: string) => string {
  const masker = new Masker()
  for (const secret of secrets) masker.add(secret)
  return text => masker.mask(text)
}

const lineLength = 200

function firstLine(text: string): string {
  return oneLine(text.trimStart().split('\n', 1)[0] ?? '').slice(0, lineLength)
}
