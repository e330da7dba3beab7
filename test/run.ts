import { spawn } from 'node:child_process'
import { globSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { basename, delimiter, dirname, join } from 'node:path'
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

/** Those of whole fleets lie in `test` and go first: the short ones fill the gaps until the end. */
function testsBelow(folder: string): readonly string[] {
  return globSync(`${folder}/**/*.test.ts`, { exclude: ['**/node_modules/**'] }).sort()
}

function runTests(files: readonly string[]): void {
  const memory = makeMemoryFolder()
  if (memory !== null) keepCompiled(memory)
  const path = [dirname(process.execPath), process.env['PATH']].join(delimiter)
  const args = ['--test', '--test-concurrency=2', '--test-timeout=240000', ...files]
  const temporary = memory === null ? {} : { TMPDIR: memory }
  const env = { ...process.env, PATH: path, NODE_COMPILE_CACHE: testCompileCache, ...temporary }
  const child = spawn(process.execPath, args, { stdio: 'inherit', env })
  // The tests end first: what they leave in memory would stay there.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  child.once('exit', code => {
    if (memory !== null) rmSync(memory, { recursive: true, force: true, maxRetries: 3 })
    process.exitCode = code ?? 1
  })
}

/** What is compiled stays on the disk, for the next run. */
function keepCompiled(memory: string): void {
  mkdirSync(testCompileCache, { recursive: true })
  symlinkSync(testCompileCache, join(memory, basename(testCompileCache)))
}

await installWhatIsMissing()
installClients()
const chosen = process.argv.slice(2)
runTests(chosen.length > 0 ? chosen : ['test', 'src'].flatMap(testsBelow))
