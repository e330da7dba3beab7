import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { parseRecording, type Recording, recordingFile, renderRecording } from '../bench/support/recording.ts'
import { isHeldBy } from './support/pages/figure-evidence.ts'
import { faultOfRow, faultsOf } from './support/pages/figure-faults.ts'
import type { FigureSource } from './support/pages/figure-source.ts'
import { figureSources } from './support/pages/figure-sources.ts'
import { figuresIn } from './support/pages/figures.ts'
import { allPassages, passagesOf, root } from './support/pages/passages.ts'

const whatToDo = `Every figure of a page comes from somewhere. One of these:
- measured: name the bench in its paragraph or table, \`node bench/hub.ts 10000\`, and keep what that prints on a quiet
  machine: node bench/record.ts hub 10000
- a limit, a default, or a figure of others: a row in test/support/pages/figure-sources.ts names the code that holds it, or
  the page of theirs that is linked beside it
- neither: say it without the number.
`
const recordings = globSync('bench/recorded/*.txt', { cwd: root }).sort()

test('every figure of the pages is measured, held by the code, or told by a page of others', () => {
  const known = recordings.map(file => parseRecording(readFileSync(join(root, file), 'utf8')))
  const faults = allPassages().flatMap(passage => faultsOf(passage, figureSources, known))
  assert.ok(faults.length === 0, `${whatToDo}\n${faults.join('\n')}`)
})

test('every row that says where a figure comes from is of use, and true', () => {
  assert.deepEqual(figureSources.flatMap(faultOfRow), [])
})

test('a recording is what its bench printed, kept under the name of its command', () => {
  for (const file of recordings) {
    const { command } = parseRecording(readFileSync(join(root, file), 'utf8'))
    const [, bench = '', args = ''] = /^node bench\/([\w-]+)\.ts ?(.*)$/.exec(command) ?? []
    assert.equal(file, recordingFile(bench, args === '' ? [] : args.split(' ')))
    assert.ok(
      globSync(`bench/${bench}.ts`, { cwd: root }).length === 1,
      `${file}: there is no bench ${bench}`,
    )
  }
})

test('what every bench prints is kept', () => {
  const kept = recordings.map(file => readFileSync(join(root, file), 'utf8'))
  const missing = globSync('bench/*.ts', { cwd: root })
    .filter(file => file !== 'bench/record.ts' && !kept.some(text => text.startsWith(`$ node ${file}`)))
    .map(file => `node bench/record.ts ${basename(file, '.ts')}`)
  assert.deepEqual(missing.sort(), [], 'to be run on a quiet machine')
})

test('a recording that was written by hand is none', () => {
  const text = renderRecording(recordingOf('median 211.4 ms\n'))
  assert.equal(parseRecording(text).output, 'median 211.4 ms\n')
  assert.throws(() => parseRecording(text.replace('211.4', '11.4')), /changed by hand/)
  assert.throws(() => parseRecording(text.replace(/^node .*\n/m, '')), /lacks node/)
})

test('a figure that nobody printed is told with its line', () => {
  const known = [recordingOf('milliseconds   median\ndispatch   211.4\n\nhub 84 MB (wanted: under 90 MB)\n')]
  const said = (text: string) =>
    passagesOf('docs/A.md', `# A\n\n${text}\n`).flatMap(passage => faultsOf(passage, [], known))
  const named = '`node bench/latency.ts`: a step begins'
  assert.deepEqual(said(`${named} after 211 ms, the hub takes 84 MB.`), [])
  assert.deepEqual(
    said(`${named} after about 0.2 s, or 200 to 211.4 ms.`).length,
    1,
    'only 200 is not rounded so',
  )
  assert.deepEqual(said(`${named}\nafter 212 ms.`), [
    'docs/A.md:4: "212 ms" is not in what node bench/latency.ts printed',
  ])
  assert.match(
    said(`${named} and takes 90 MB.`)[0] ?? '',
    /90 MB/,
    'what was wanted is not what was measured',
  )
  assert.match(said(`${named} after 84 ms.`)[0] ?? '', /84 ms/, 'of another unit')
  assert.match(said('A step begins after 211 ms.')[0] ?? '', /^docs\/A\.md:3: "211 ms" comes from nowhere$/)
  assert.match(said('`node bench/hub.ts` takes 7 s.')[0] ?? '', /no recording of node bench\/hub\.ts/)
  assert.deepEqual(said('| `node bench/latency.ts` | takes |\n| --- | --- |\n| a step | 211 ms |'), [])
  assert.equal(said('```sh\nnpm test     # about five minutes\n```').length, 1)
  assert.deepEqual(said('Three machines, Node 24, port 443 and two runs.'), [])
})

test('a limit that the code has changed, or a page has, is told', () => {
  const [fifteen] = figuresIn('15 seconds')
  assert.ok(fifteen)
  assert.ok(isHeldBy(fifteen, 'leaseMs = 15_000') && isHeldBy(fifteen, 'RestartSec=15'))
  assert.ok(!isHeldBy(fifteen, 'leaseMs = 30_000'))
  const row = { page: 'docs/RELIABILITY.md', says: '15 seconds later', file: 'src/supervisor/diagnose.ts' }
  const held = { ...row, holds: 'insist: 30_000' }
  const costs = { page: 'docs/COSTS.md', says: '86 USD' }
  const wrong: readonly (readonly [FigureSource, RegExp])[] = [
    [held, /insist: 30_000 is not 15 seconds$/],
    [{ ...held, holds: 'insist: 15_000' }, /diagnose\.ts does not hold insist: 15_000$/],
    [{ ...held, says: '14 seconds later' }, /the page does not say it$/],
    [{ ...held, says: 'another takes over' }, /it has no figure$/],
    [{ ...row, link: 'https://docs.github.com/en' }, /is not linked beside it$/],
    [{ ...costs, reckoned: 0.003 * 60 * 24 * 30 }, /86 USD is not 129/],
  ]
  for (const [source, fault] of wrong) assert.match(faultOfRow(source).join(), fault)
})

function recordingOf(output: string): Recording {
  const known = { date: '2026-11-26', machine: 'linux x64, 2 cores', node: 'v24.0.0', commit: 'abc' }
  return { ...known, command: 'node bench/latency.ts', output }
}
