import assert from 'node:assert/strict'
import { test } from 'node:test'
import { diffLines, mergeThreeWays } from './three-way-merge.ts'

const base = 'one\ntwo\nthree\nfour\nfive\nsix\nseven\n'

test('what the user changed and what RelayQ changed are both in the merged text', async () => {
  const merge = await mergeThreeWays({
    base,
    mine: base.replace('two', 'TWO'),
    theirs: base.replace('six', 'SIX'),
  })
  assert.deepEqual(merge, { kind: 'merged', text: base.replace('two', 'TWO').replace('six', 'SIX') })
})

test('where both changed the same lines, both sides are shown', async () => {
  const merge = await mergeThreeWays({
    base,
    mine: base.replace('two', 'Two'),
    theirs: base.replace('two', '2'),
  })
  assert.equal(merge.kind, 'conflict')
  assert.match(
    'text' in merge ? merge.text : '',
    /<<<<<<< yours\nTwo\n(?:.*\n)*=======\n2\n>>>>>>> as it is shipped now/,
  )
})

test('a difference is shown without the names of temporary files', async () => {
  const diff = await diffLines(base, base.replace('two', 'TWO'))
  assert.match(diff ?? '', /^@@ -1,5 \+1,5 @@\n one\n-two\n\+TWO\n/)
  assert.match((await diffLines('', 'new\n')) ?? '', /^@@ -0,0 \+1 @@\n\+new\n/)
  assert.equal(await diffLines(base, base), '')
})

test('without git nothing is merged, and that is said', async t => {
  const path = process.env['PATH']
  t.after(() => {
    process.env['PATH'] = path
  })
  process.env['PATH'] = '/nonexistent'
  assert.deepEqual(await mergeThreeWays({ base, mine: 'a', theirs: 'b' }), { kind: 'no_git' })
  assert.equal(await diffLines('a', 'b'), null)
})
