/**
 * Runs a bench on a quiet machine and keeps what it printed in bench/recorded, where the figures of the pages come from.
 * Run: node bench/record.ts BENCH [its arguments]
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { arch, availableParallelism, loadavg, platform, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { type Recording, recordingFile, renderRecording } from './support/recording.ts'

const root = join(import.meta.dirname, '..')
const [bench = '', ...args] = process.argv.slice(2)
if (!/^[\w-]+$/.test(bench) || !existsSync(join(root, 'bench', `${bench}.ts`))) {
  process.stderr.write(
    'Run: node bench/record.ts BENCH [its arguments], such as: node bench/record.ts hub 10000\n',
  )
  process.exit(2)
}

const conditions = describeConditions()
const child = spawn(process.execPath, [join('bench', `${bench}.ts`), ...args], {
  ...{ cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
})
let output = ''
child.stdout.setEncoding('utf8').on('data', (part: string) => {
  output += part
  process.stdout.write(part)
})
const [code] = await once(child, 'close')
if (code === 0) {
  const file = recordingFile(bench, args)
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), renderRecording({ ...conditions, output }))
  process.stderr.write(`kept as ${file}\n`)
} else {
  process.stderr.write(`${bench} ended with ${code}: nothing is kept\n`)
  process.exitCode = 1
}

/** Before it begins: afterwards the load is its own. */
function describeConditions(): Omit<Recording, 'output'> {
  const git = (...words: string[]) => execFileSync('git', ['-C', root, ...words], { encoding: 'utf8' }).trim()
  const isChanged = git('status', '--porcelain', '--untracked-files=no', '--', ':!bench/recorded') !== ''
  const memory = `${(totalmem() / 1024 ** 3).toFixed(1)} GiB of memory`
  const load = `load ${(loadavg()[0] ?? 0).toFixed(2)} before`
  return {
    command: ['node', `bench/${bench}.ts`, ...args].join(' '),
    date: new Date().toISOString(),
    machine: [`${platform()} ${arch()}`, `${availableParallelism()} cores`, memory, load].join(', '),
    node: process.version,
    commit: `${git('rev-parse', '--short=12', 'HEAD')}${isChanged ? ', with changes' : ''}`,
  }
}
