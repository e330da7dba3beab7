/**
 * What `relayq run-job transcribe` costs over its engine alone, how well it hears in parts, and how much memory it takes
 * for long recordings. Uses whisper-cli where a model for it is, else PocketSphinx.
 * Run: node bench/transcribe.ts [minutes, 10 unless given]
 *      node bench/transcribe.ts --accuracy [lengths in minutes, 2,4,6,10 unless given]
 *      node bench/transcribe.ts --memory [hours, 1 unless given]
 *      node bench/transcribe.ts --small-machine [hours, 6 unless given]: with the engine, on 1 GB; needs root on Linux
 */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from '../src/base/find-program.ts'
import { serveAudio } from '../src/cli/demo/audio-server.ts'
import { listModels } from '../src/speech/models.ts'
import { wordErrors } from '../src/speech/word-error-rate.ts'
import { buildProgram, type Cost, cost, runJob } from './support/job-process.ts'
import { run } from './support/measure.ts'
import { memoryGroup } from './support/memory-group.ts'
import { repeat, speak, voices } from './support/spoken.ts'

const folder = mkdtempSync(join(tmpdir(), 'relayq-bench-speech-'))
const searchPath = process.env['PATH'] ?? ''

interface Engine {
  readonly name: string
  readonly args: (wav: string) => readonly string[]
  readonly read: (stdout: string) => string
}

/** The engine's own command line, with the same settings as RelayQ gives it. */
async function findEngine(): Promise<Engine> {
  const models = await listModels([join(homedir(), '.cache/relayq/models')])
  const model = models.find(({ name }) => name === 'base') ?? models[0]
  const whisper = await findProgram(['whisper-cli'], searchPath, [])
  if (whisper !== null && model !== undefined) {
    const output = join(folder, 'bare')
    return {
      name: 'whisper-cli',
      args: wav => [whisper, '-m', model.path, '-f', wav, '-l', 'en', '-otxt', '-of', output, '-np'],
      read: () => readFileSync(`${output}.txt`, 'utf8'),
    }
  }
  return {
    name: 'pocketsphinx_continuous',
    args: wav => [
      ...['pocketsphinx_continuous', '-infile', wav, '-time', 'yes'],
      ...['-logfn', '/dev/null', '-maxhmmpf', '3000'],
    ],
    read: stdout => stdout.replaceAll(/^\S+ [\d.]+ [\d.]+ -?[\d.]+$/gm, ''),
  }
}

/** One core for both sides: so that parts heard side by side do not hide what the rest costs. */
async function oneCore(): Promise<readonly string[]> {
  return (await findProgram(['taskset'], searchPath, [])) === null ? [] : ['taskset', '-c', '0']
}

function row(name: string, { seconds, cpuSeconds }: Cost, more: string): string {
  return `${name.padEnd(40)}${seconds.toFixed(1).padStart(8)}${cpuSeconds.toFixed(1).padStart(10)}  ${more}\n`
}

/** The same talk by the engine itself, and by run-job on one core, where its parts follow one another, and on all. */
async function hearThreeWays(place: string, minutes: number, { speakers = voices, rounds = 1 } = {}) {
  mkdirSync(place)
  const { path, text } = await speak(place, minutes, speakers)
  await using server = await serveAudio(place)
  const wav = join(place, 'bare.wav')
  await run('ffmpeg', ['-v', 'error', '-i', path, '-fflags', '+bitexact', '-ac', '1', '-ar', '16000', wav])
  const engine = await findEngine()
  const pinned = await oneCore()
  const [program = '', ...args] = [...pinned, ...engine.args(wav)]
  const job = { url: server.url('talk'), path: searchPath }
  /** Percent of the words. */
  const wrong = (heard: string) => (wordErrors(text, heard).rate ?? 1) * 100
  const bares: Awaited<ReturnType<typeof cost>>[] = []
  const alones: Awaited<ReturnType<typeof runJob>>[] = []
  for (let round = 0; round < rounds; round += 1) {
    bares.push(await cost(program, args, process.env))
    alones.push(await runJob({ ...job, folder: join(place, `alone-${round}`), prefix: pinned }))
  }
  const [bare, alone] = [quickest(bares), quickest(alones)]
  const all = await runJob({ ...job, folder: join(place, 'all'), prefix: [] })
  return {
    engine: engine.name,
    bare: { ...bare, wrong: wrong(engine.read(bare.stdout)) },
    alone: { ...alone, wrong: wrong(alone.text) },
    all: { ...all, wrong: wrong(all.text) },
  }
}

/** What else a machine does only ever makes it slower. */
function quickest<C extends Cost>(costs: readonly C[]): C {
  const [first, ...others] = costs
  if (first === undefined) throw new Error('There was no round.')
  return others.reduce((best, each) => (each.seconds < best.seconds ? each : best), first)
}

/** So often both sides are measured by turns; the quicker of each counts. */
const roundsOfComparison = 2

async function compare(minutes: number): Promise<void> {
  process.stdout.write(
    `${minutes} minutes of speech, the quicker of ${roundsOfComparison} rounds\n${' '.repeat(40)}       s     cpu s\n`,
  )
  const { engine, bare, alone, all } = await hearThreeWays(join(folder, 'talk'), minutes, {
    rounds: roundsOfComparison,
  })
  const wrong = (heard: { readonly wrong: number }) => `${heard.wrong.toFixed(2)} % of words wrong`
  process.stdout.write(row(`${engine}, whole, one core`, bare, wrong(bare)))
  process.stdout.write(row('relayq run-job, one core', alone, wrong(alone)))
  process.stdout.write(row('relayq run-job, all cores', all, wrong(all)))
  const over = (ours: number, theirs: number) => `${((ours / theirs - 1) * 100).toFixed(1)} %`
  process.stdout.write(
    `\nrun-job over the engine, one core: wall ${over(alone.seconds, bare.seconds)}, ` +
      `cpu ${over(alone.cpuSeconds, bare.cpuSeconds)} (wanted: under 5 %)\n` +
      `run-job itself: ${Math.max(alone.peakMb, all.peakMb).toFixed(0)} MB at most (wanted: under 150)\n`,
  )
}

/** Of single talks and of several lengths: one talk of some hundred words is right or wrong by chance. */
async function accuracy(lengths: readonly number[]): Promise<void> {
  const casts = [voices, ...voices.map(voice => [voice])]
  const worse: number[] = []
  process.stdout.write(`${'% of words wrong'.padEnd(28)}   whole  one core  all cores\n`)
  const line = (name: string, wrong: readonly number[]) =>
    `${name.padEnd(28)}${wrong.map(percent => percent.toFixed(2).padStart(8)).join('  ')}\n`
  for (const minutes of lengths) {
    const rows: (readonly number[])[] = []
    for (const [index, cast] of casts.entries()) {
      const place = join(folder, `${minutes}-${index}`)
      const { bare, alone, all } = await hearThreeWays(place, minutes, { speakers: cast })
      rmSync(place, { recursive: true })
      rows.push([bare.wrong, alone.wrong, all.wrong])
      process.stdout.write(line(`${minutes} min, ${cast.join(' ')}`, rows.at(-1) ?? []))
    }
    const means = [0, 1, 2].map(way => rows.reduce((sum, wrong) => sum + (wrong[way] ?? 0), 0) / rows.length)
    const [whole = 0, ...parts] = means
    worse.push(...parts.map(part => part - whole))
    process.stdout.write(line(`${minutes} min, mean`, means))
  }
  const worst = Math.max(...worse)
  process.stdout.write(
    `worst mean of a length: ${worst.toFixed(2)} points over the whole (wanted: 1 at most)\n`,
  )
}

/** Says three words a second of any recording, and takes no time: what is left is the memory of run-job. */
const standIn = `#!/bin/sh
PATH=/usr/bin:/bin
while [ $# -gt 1 ]; do shift; done
seconds=$(( $(wc -c <"$1") / 32000 ))
awk -v seconds="$seconds" 'BEGIN { for (at = 0; at + 5 < seconds; at += 5) { text = ""; list = ""
  for (w = 0; w < 15; w++) { word = sprintf("word%d", (at * 7919 + w * 104729) % 9973); text = text " " word
    list = list (w ? "," : "") sprintf("{\\"b\\":%.2f,\\"d\\":0.3,\\"p\\":0.9,\\"t\\":\\"%s\\"}", at + w / 3, word) }
  printf "{\\"b\\":%d,\\"d\\":5,\\"p\\":0,\\"t\\":\\"%s\\",\\"w\\":[%s]}\\n", at, text, list } }'
`

/** When the memory is tidied is chance: the largest of so many rounds counts. */
const roundsOfMemory = 3

async function memory(hours: number): Promise<void> {
  await speak(folder, 5)
  await repeat(join(folder, 'talk.mp3'), hours, join(folder, 'long.mp3'))
  const programs = join(folder, 'bin')
  mkdirSync(programs)
  for (const name of ['ffmpeg', 'ffprobe']) {
    const program = await findProgram([name], searchPath, [])
    if (program !== null) symlinkSync(program, join(programs, name))
  }
  writeFileSync(join(programs, 'pocketsphinx'), standIn)
  chmodSync(join(programs, 'pocketsphinx'), 0o755)
  await using server = await serveAudio(folder)
  const rounds: Awaited<ReturnType<typeof runJob>>[] = []
  for (let round = 0; round < roundsOfMemory; round += 1) {
    const place = join(folder, `long-${round}`)
    rounds.push(await runJob({ folder: place, url: server.url('long'), prefix: [], path: programs }))
    rmSync(place, { recursive: true })
  }
  const peaks = rounds.map(({ peakMb }) => peakMb.toFixed(0)).sort((a, b) => Number(a) - Number(b))
  const { result, seconds } = rounds.reduce((worst, each) => (each.seconds > worst.seconds ? each : worst))
  process.stdout.write(
    `${hours} h by a stand-in that costs nothing: run-job took ${peaks.at(-1)} MB at most (wanted: under 150), ` +
      `${peaks.join(', ')} in ${rounds.length} rounds of up to ${seconds.toFixed(1)} s; ` +
      `${JSON.stringify(result.media)}, ${result.doubts.length} doubts\n`,
  )
}

/** A Raspberry Pi of 1 GB has about so much of it left for a job, in MB. */
const smallMachineMb = 800

async function smallMachine(hours: number): Promise<void> {
  const { text } = await speak(folder, 5)
  await repeat(join(folder, 'talk.mp3'), hours, join(folder, 'long.mp3'))
  await using server = await serveAudio(folder)
  using group = memoryGroup(smallMachineMb)
  const job = {
    folder: join(folder, 'long'),
    url: server.url('long'),
    prefix: group.prefix,
    path: searchPath,
  }
  const { seconds, result, text: heard } = await runJob(job)
  const said = text.split(' ').length * (result.media === null ? 0 : result.media.durationSeconds / 300)
  process.stdout.write(
    `${hours} h by ${result.engine?.name} in ${smallMachineMb} MB for all of it: ${result.status} after ${seconds.toFixed(0)} s, ` +
      `${group.killed()} processes ended for want of memory; ${heard.split(/\s+/).length} words of about ${said.toFixed(0)}\n`,
  )
}

try {
  await buildProgram()
  const [what = '10', amount] = process.argv.slice(2)
  if (what === '--memory') await memory(Number(amount ?? 1))
  else if (what === '--small-machine') await smallMachine(Number(amount ?? 6))
  else if (what === '--accuracy') await accuracy((amount ?? '2,4,6,10').split(',').map(Number))
  else await compare(Number(what))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
