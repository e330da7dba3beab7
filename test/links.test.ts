import assert from 'node:assert/strict'
import { existsSync, globSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { test } from 'node:test'
import { allPages, allPassages, codeSpans, lineAt, readPage, root } from './support/pages/passages.ts'

test('every link of a page to a file of the checkout, or to a heading, leads somewhere', () => {
  assert.deepEqual(
    allPages.flatMap(page => brokenLinks(page, readPage(page))),
    [],
  )
})

test('every file of the checkout that a page names is there', () => {
  const missing = allPassages().flatMap(passage =>
    codeSpans(passage)
      .filter(({ text }) =>
        /^(?:src|test|docs|bench|examples|legacy|policy|bin|\.ci|\.github)\/[\w./-]+$/.test(text),
      )
      .filter(({ text }) => !existsSync(join(root, text)))
      .map(({ text, index }) => `${passage.page}:${lineAt(passage, index)}: ${text}`),
  )
  assert.deepEqual(missing, [])
})

test('a link that leads nowhere is told', () => {
  const text = '# A\n\n## Its `parts`, twice\n\n## Its parts, twice\n\n```sh\n# none\n```\n'
  const links = [
    '#its-parts-twice',
    '#its-parts-twice-1',
    '../README.md',
    'ERRORS.md#codes',
    'https://example.com/#x',
  ]
  const broken = ['#none', '#its-parts-twice-2', 'NOWHERE.md', 'ERRORS.md#nothing', '../src/index.ts#L1']
  const page = text + [...links, ...broken].map(link => `[words](${link})\n`).join('')
  assert.deepEqual(
    brokenLinks('docs/A.md', page),
    broken.map(link => `docs/A.md: ${link}`),
  )
})

const code = globSync('{src,test,bench,bin,.ci}/**/*.{ts,mjs,js,py,sh,yml}', {
  cwd: root,
  exclude: ['**/node_modules/**', 'test/links.test.ts'],
})

/**
 * As a comment cites it: the page, then one section or several joined by "and", each in quotes. A string that is the page's
 * name cites nothing.
 */
const citation = /(?<!')docs\/protocol\.md((?:(?:,| and) "[^"]+")*)/g

test('every section of docs/protocol.md that the code cites is there', () => {
  const sections = new Set([...readPage('docs/protocol.md').matchAll(/^##+ (.+)$/gm)].map(([, name]) => name))
  const cited = code.flatMap(file =>
    [...unwrapped(readPage(file)).matchAll(citation)].map(([whole, names = '']) => {
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
  const broken = [...code, ...allPages].filter(file =>
    unreadable.test(unwrapped(readPage(file)).replaceAll(/RFC \d+(,? §[\d.]+)+/g, 'RFC')),
  )
  assert.deepEqual(broken, [])
})

function brokenLinks(page: string, text: string): readonly string[] {
  return [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter(target => !leadsSomewhere(page, text, target))
    .map(target => `${page}: ${target}`)
}

function leadsSomewhere(page: string, text: string, target: string): boolean {
  const [file = '', heading] = target.split('#')
  const path = file === '' ? page : relative(root, join(root, dirname(page), file))
  if (path !== page && !existsSync(join(root, path))) return false
  if (heading === undefined) return true
  return path.endsWith('.md') && anchors(path === page ? text : readPage(path)).includes(heading)
}

/** As GitHub makes them of a page's headings: words in small letters joined by hyphens, and counted where they return. */
function anchors(text: string): readonly string[] {
  const headings = [...text.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '').matchAll(/^#+ (.+)$/gm)]
  const seen = new Map<string, number>()
  return headings.map(([, heading = '']) => {
    const anchor = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-')
    const times = seen.get(anchor) ?? 0
    seen.set(anchor, times + 1)
    return times === 0 ? anchor : `${anchor}-${times}`
  })
}

/** Comments as one line each: what is cited may be broken at any blank. */
function unwrapped(text: string): string {
  return text.replaceAll(/\n\s*(?:\*|\/\/|#)? ?/g, ' ')
}
