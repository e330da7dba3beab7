import { globSync } from 'node:fs'
import { delimiter, dirname, resolve } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
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

function testsBelow(folder: string): readonly string[] {
  return globSync(`${folder}/**/*.test.ts`, { exclude: ['**/node_modules/**'] }).sort()
}

/** In the order they are given, which `node --test` would not keep. */
function runTests(files: readonly string[]): void {
  // The processes of the tests take these over.
  process.env['PATH'] = [dirname(process.execPath), process.env['PATH']].join(delimiter)
  process.env['NODE_COMPILE_CACHE'] = testCompileCache
  run({ files: files.map(file => resolve(file)), concurrency: 2, timeout: 240_000 })
    .on('test:fail', () => {
      process.exitCode = 1
    })
    .compose(spec)
    .pipe(process.stdout)
}

await installWhatIsMissing()
installClients()
const chosen = process.argv.slice(2)
// Those of whole fleets, in `test`, wait a lot and go first: the short ones fill the gaps until the end.
runTests(chosen.length > 0 ? chosen : ['test', 'src'].flatMap(testsBelow))
