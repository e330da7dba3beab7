import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..')

test('every link of a page to a file of the checkout leads somewhere', () => {
  const pages = [
    ...globSync('*.md', { cwd: root }),
    ...globSync('{docs,examples,legacy}/**/*.md', { cwd: root }),
  ]
  const broken = pages.flatMap(page => {
    const targets = [...readFileSync(join(root, page), 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
    return targets
      .map(match => match[1] ?? '')
      .filter(target => !existsSync(join(root, dirname(page), target)))
      .map(target => `${page}: ${target}`)
  })
  assert.deepEqual(broken, [])
})
