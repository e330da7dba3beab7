import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..')
const page = readFileSync(join(root, 'docs', 'TASKS.md'), 'utf8')
const rows = [...page.matchAll(/^\| (?!promise|---)(.+?) \| .+ \| (.+) \|$/gm)]

/** `test/a.test.ts`: some words of its title. */
const namedTest = /^`([^`]+\.test\.ts)`: (.+)$/
const benches = /^`bench\/\w+\.ts`(?:, `bench\/\w+\.ts`)*$/

test('every promise names a test that is there, or a measurement', () => {
  assert.ok(rows.length >= 25)
  for (const [, promise = '', proof = ''] of rows) {
    const named = namedTest.exec(proof)
    if (!named) {
      assert.match(proof, benches, promise)
      continue
    }
    const [, file = '', title = ''] = named
    const path = join(root, file)
    assert.ok(existsSync(path), `${promise}: ${file}`)
    const titles = [...readFileSync(path, 'utf8').matchAll(/\b(?:test|it)\(\s*(['"`])(.+?)\1[,)]/gs)].map(
      ([, , text = '']) => text,
    )
    assert.ok(
      titles.some(text => text.replaceAll("\\'", "'").includes(title)),
      `${promise}: no test of ${file} is about “${title}”`,
    )
  }
})
