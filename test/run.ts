import { globSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { basename, delimiter, dirname, join, resolve } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { RelayError } from '../src/base/errors.ts'
import { installTools } from '../src/provision/install-tools.ts'
import { testTools } from '../src/provision/packages.ts'
import { installClients } from './clients/install.ts'
import { testCompileCache } from './support/compile-cache.ts'
import { makeMemoryFolder } from './support/memory-folder.ts'

const say = (line: string) => process.stderr.write(`relayq: ${line}\n`)

/** A tool that may not be installed is not the end: test/tools.test.ts fails and names the command. */
async function installWhatIsMissing(): Promise<void> {
  try {
    await installTools(testTools(process.platform), process.env, say)
  } catch (error) {
    if (!(error instanceof RelayError)) throw error
    say(`${error.message} ${error.hint ?? ''}`)
  }
}

function testsBelow(folder: string): readonly string[] {
  return globSync(`${folder}/**/*.test.ts`, { exclude: ['**/node_modules/**'] }).sort()
}

/** In the order they are given, which `node --test` would not keep. */
function runTests(files: readonly string[]): void {
  // The processes of the tests take these over.
  process.env['PATH'] = [dirname(process.execPath), process.env['PATH']].join(delimiter)
  process.env['NODE_COMPILE_CACHE'] = testCompileCache
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  useMemoryFolder()
  run({ files: files.map(file => resolve(file)), concurrency: 2, timeout: 240_000, signal: stop.signal })
    .on('test:fail', () => {
      process.exitCode = 1
    })
    .compose(spec)
    .pipe(process.stdout)
}

/** For temporary folders of the tests; what they leave there is removed in the end. */
function useMemoryFolder(): void {
  const memory = makeMemoryFolder()
  if (memory === null) return
  process.env['TMPDIR'] = memory
  // What is compiled stays on the disk, for the next run.
  mkdirSync(testCompileCache, { recursive: true })
  symlinkSync(testCompileCache, join(memory, basename(testCompileCache)))
  process.once('exit', () => rmSync(memory, { recursive: true, force: true, maxRetries: 3 }))
}

await installWhatIsMissing()
installClients()
const chosen = process.argv.slice(2)
// Those of whole fleets, in `test`, wait a lot and go first: the short ones fill the gaps until the end.
runTests(chosen.length > 0 ? chosen : ['test', 'src'].flatMap(testsBelow))
