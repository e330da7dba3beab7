import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..')
const code = globSync('{src,test,bench,bin,.ci}/**/*.{ts,mjs,js,py,sh,yml}', {
  cwd: root,
  exclude: ['**/node_modules/**', 'test/links.test.ts'],
})
const pages = [
  ...globSync('*.md', { cwd: root }),
  ...globSync('{docs,examples,legacy}/**/*.md', { cwd: root }),
]

test('every link of a page to a file of the checkout leads somewhere', () => {
  const broken = pages.flatMap(page => {
    const targets = [...read(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
    return targets
      .map(match => match[1] ?? '')
      .filter(target => !existsSync(join(root, dirname(page), target)))
      .map(target => `${page}: ${target}`)
  })
  assert.deepEqual(broken, [])
})

/** As a comment cites it: the page, then one section or several joined by "and", each in quotes. */
const citation = /docs\/protocol\.md((?:(?:,| and) "[^"]+")*)/g

test('every section of docs/protocol.md that the code cites is there', () => {
  const sections = new Set([...read('docs/protocol.md').matchAll(/^##+ (.+)$/gm)].map(([, name]) => name))
  const cited = code.flatMap(file =>
    [...unwrapped(read(file)).matchAll(citation)].map(([whole, names = '']) => {
      const missing = [...names.matchAll(/"([^"]+)"/g)].filter(([, name]) => !sections.has(name))
      return { file, whole, resolves: names !== '' && missing.length === 0 }
    }),
  )
  assert.ok(cited.length > 40)
  const broken = cited.filter(({ resolves }) => !resolves)
  assert.deepEqual(
    broken.map(({ file, whole }) => `${file}: ${whole}`),
    [],
  )
})

/** Names of notes that were never committed, and numbers of sections that only they have. */
const unreadable = /runner-protocol|\bgithub\.md\b|\bgithub C\d|§/

test('nothing cites a document that is not here: a numbered section is one of an RFC', () => {
  const broken = [...code, ...pages].filter(file =>
    unreadable.test(unwrapped(read(file)).replaceAll(/RFC \d+(,? §[\d.]+)+/g, 'RFC')),
  )
  assert.deepEqual(broken, [])
})

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

/** Comments as one line each: what is cited may be broken at any blank. */
function unwrapped(text: string): string {
  return text.replaceAll(/\n\s*(?:\*|\/\/|#)? ?/g, ' ')
}
