import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { delimiter, dirname } from 'node:path'
import { RelayError } from '../src/base/errors.ts'
import { installTools } from '../src/provision/install-tools.ts'
import { testTools } from '../src/provision/packages.ts'
import { installClients } from './clients/install.ts'
import { testCompileCache } from './support/compile-cache.ts'

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
  const path = [dirname(process.execPath), process.env['PATH']].join(delimiter)
  const args = ['--test', '--test-concurrency=2', '--test-timeout=240000', ...files]
  const env = { ...process.env, PATH: path, NODE_COMPILE_CACHE: testCompileCache }
  const child = spawn(process.execPath, args, { stdio: 'inherit', env })
  child.once('exit', code => {
    process.exitCode = code ?? 1
  })
}

await installWhatIsMissing()
installClients()
const chosen = process.argv.slice(2)
runTests(chosen.length > 0 ? chosen : ['test', 'src'].flatMap(testsBelow))
