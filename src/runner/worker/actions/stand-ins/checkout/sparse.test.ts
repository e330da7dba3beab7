import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inCone } from './sparse.ts'

const paths = [
  'README.md',
  'jobs/a.sh',
  'jobs/sub/b.sh',
  'jobs2/c',
  'src/d',
  'src/deep/e',
  'src/deep/er/f',
  'src/other/g',
]
const cone = (lines: string) => paths.filter(inCone(lines))

test('a cone has the named folders whole, and the files beside their parents', () => {
  assert.deepEqual(cone('jobs'), ['README.md', 'jobs/a.sh', 'jobs/sub/b.sh'])
  assert.deepEqual(cone('/jobs/\n\n src/deep \n'), [
    ...['README.md', 'jobs/a.sh', 'jobs/sub/b.sh'],
    ...['src/d', 'src/deep/e', 'src/deep/er/f'],
  ])
  assert.deepEqual(cone('nothing'), ['README.md'])
})
