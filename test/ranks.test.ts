import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'

/** DESIGN: an import goes only to a lower rank, never sideways into another folder. Type imports count. */
const ranks: Readonly<Record<string, number>> = {
  cli: 7,
  'index.ts': 7,
  'compose.ts': 6,
  supervisor: 5,
  dashboard: 5,
  mcp: 5,
  queue: 4,
  hub: 4,
  runner: 4,
  jobs: 4,
  github: 3,
  ledger: 3,
  legacy: 3,
  notify: 3,
  speech: 3,
  provision: 3,
  config: 3,
  policy: 2,
  workflow: 2,
  protocol: 2,
  media: 2,
  model: 1,
  base: 0,
}

interface Edge {
  readonly from: string
  readonly to: string
}

const importPattern = /(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g

function edges(): Edge[] {
  return globSync('src/**/*.ts')
    .filter(file => !file.endsWith('.test.ts'))
    .flatMap(from => {
      const targets = [...readFileSync(from, 'utf8').matchAll(importPattern)].map(match => match[1] ?? '')
      return targets.map(target => ({ from, to: normalize(join(dirname(from), target)) }))
    })
}

function room(path: string): string {
  return path.split('/')[1] ?? ''
}

test('every folder of src has a rank', () => {
  const rooms = new Set(globSync('src/**/*.ts').map(room))
  assert.deepEqual(
    [...rooms].filter(name => ranks[name] === undefined),
    [],
  )
})

test('an import goes only to a lower rank', () => {
  const wrong = edges().filter(({ from, to }) => {
    const [source, target] = [room(from), room(to)]
    return source !== target && (ranks[source] ?? -1) <= (ranks[target] ?? 99)
  })
  assert.deepEqual(wrong, [])
})

test('the listener never imports the worker, which it forks by path', () => {
  const wrong = edges().filter(
    ({ from, to }) => from.startsWith('src/runner/listener/') && to.startsWith('src/runner/worker/'),
  )
  assert.deepEqual(wrong, [])
})

test('only the composition root and the commands of one group reach the legacy broker', () => {
  const wrong = edges().filter(
    ({ from, to }) =>
      to.startsWith('src/legacy/') && !/^src\/(legacy\/|compose\.ts|cli\/commands\/legacy\/)/.test(from),
  )
  assert.deepEqual(wrong, [])
})
