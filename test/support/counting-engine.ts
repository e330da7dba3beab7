import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const standIn = join(import.meta.dirname, '../../src/speech/fixtures/whisper-cli')

/** One piece of work: by which attempt of which job, in which run, on which machine, and when (ms). */
interface Work {
  readonly attempt: string
  readonly job: string
  readonly run: number
  readonly runner: string
  readonly at: number
}

/** A speech engine that keeps a record of what it begins and what it does to its end, and waits where it is told to. */
export interface CountingEngine {
  /** Lines of the machines' env file. */
  readonly config: readonly string[]
  /** The engine begins and does not go on, on this machine, until it is let go. */
  hold(runner: string): void
  letGo(runner: string): void
  begun(): readonly Work[]
  done(): readonly Work[]
}

/** `seconds`: how long each piece of work takes beyond what it costs. */
export function writeCountingEngine(folder: string, seconds = 0): CountingEngine {
  const path = (name: string) => join(folder, name)
  mkdirSync(path('models'), { recursive: true })
  mkdirSync(path('held'))
  writeFileSync(path('models/ggml-base.bin'), '')
  writeFileSync(path('whisper-cli'), script(folder, seconds))
  chmodSync(path('whisper-cli'), 0o755)
  return {
    config: [`RELAYQ_WHISPER_CLI=${path('whisper-cli')}`, `RELAYQ_MODEL_DIRS=${path('models')}`],
    hold: runner => writeFileSync(path(`held/${runner}`), ''),
    letGo: runner => rmSync(path(`held/${runner}`), { force: true }),
    begun: () => readWork(path('begun')),
    done: () => readWork(path('done')),
  }
}

/** A line is appended by one write, so that machines that end at the same moment do not mix theirs. */
function script(folder: string, seconds: number): string {
  return `#!/bin/sh
note() { echo "$RELAYQ_ID $GITHUB_RUN_ID $RUNNER_NAME $(date +%s%3N)" >> '${folder}'/"$1"; }
case $1 in --help | --version) exec '${standIn}' "$@" ;; esac
note begun
while [ -e '${folder}/held/'"$RUNNER_NAME" ]; do sleep 0.1; done
sleep ${seconds}
'${standIn}' "$@" || exit
note done
`
}

function readWork(path: string): readonly Work[] {
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8').trimEnd().split('\n').map(readLine)
}

function readLine(line: string): Work {
  const [attempt = '', run, runner = '', at] = line.split(' ')
  return { attempt, job: attempt.split('.')[0] ?? '', run: Number(run), runner, at: Number(at) }
}
