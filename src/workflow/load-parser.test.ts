import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'

function runModule(script: string): string {
  return execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).trim()
}

/** load-parser as JavaScript in a package below node_modules, as npm installs it. */
function installedLoader(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-parser-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const home = join(folder, 'node_modules/relayq')
  mkdirSync(home, { recursive: true })
  symlinkSync(join(import.meta.dirname, '../../node_modules/@actions'), join(folder, 'node_modules/@actions'))
  writeFileSync(join(home, 'package.json'), '{"type":"module"}')
  const source = readFileSync(join(import.meta.dirname, 'load-parser.ts'), 'utf8')
  writeFileSync(join(home, 'load-parser.js'), stripTypeScriptTypes(source))
  return join(home, 'load-parser.js')
}

test('the parser loads from JavaScript installed below node_modules, twice at once', t => {
  const script = `
    const { loadParser } = await import(${JSON.stringify(installedLoader(t))})
    const [first, second] = await Promise.all([loadParser(), loadParser()])
    console.log(first.getWorkflowSchema() === second.getWorkflowSchema())`
  assert.equal(runModule(script), 'true')
})

test('evaluating expressions loads neither the parser nor a YAML library', () => {
  const script = `
    import { registerHooks } from 'node:module'
    const loaded = []
    registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context) } })
    for (const file of ['tokens', 'functions', 'action-ref']) {
      await import(${JSON.stringify(import.meta.dirname)} + '/' + file + '.ts')
    }
    console.log(loaded.some(url => url.includes('@actions/expressions')))
    console.log(loaded.filter(url => /workflow-parser|node_modules.yaml/.test(url)).length)`
  assert.equal(runModule(script), 'true\n0')
})
