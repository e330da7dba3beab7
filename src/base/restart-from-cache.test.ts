import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'

/** Says at each start who it is; at the end whether the type stripper is in its memory, its arguments and its input. */
const program = `
import { readFileSync } from 'node:fs'
import { restartFromCache } from '${join(import.meta.dirname, 'restart-from-cache.ts')}'
console.log('start', process.pid)
restartFromCache()
const hasStripper: boolean = process.moduleLoadList.some(name => name.includes('amaro'))
console.log(hasStripper ? 'heavy' : 'light', process.execArgv[0], process.argv[2], readFileSync(0, 'utf8'))
`

function programIn(t: TestContext): { readonly folder: string; run(cache: string): string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-restart-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'program.ts')
  writeFileSync(path, program)
  return {
    folder,
    run(cache) {
      const env = { PATH: process.env['PATH'], NODE_COMPILE_CACHE: cache }
      const args = ['--max-semi-space-size=1', path, 'a b']
      return execFileSync(process.execPath, args, { env, input: 'said', encoding: 'utf8' }).trim().split('\n')
    },
  }
}

test('a process that had to strip its source starts again as itself, once, with its arguments and its input', t => {
  const { folder, run } = programIn(t)
  const [first, second, ...rest] = run(join(folder, 'cache'))
  assert.equal(first, second, 'the pid is the same')
  assert.deepEqual(rest, ['light --max-semi-space-size=1 a b said'])
  assert.equal(run(join(folder, 'cache')).length, 2, 'from the cache it starts once')
})

test('where no cache can be written a process goes on as it is', t => {
  const { folder, run } = programIn(t)
  const said = run(join(folder, 'program.ts', 'no-folder'))
  assert.equal(said.at(-1), 'heavy --max-semi-space-size=1 a b said')
})
