import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { quoteForShell, shellWord } from './shell-word.ts'

const hard = ['', "it's", '$HOME `id` \\ "x"', 'a\nb', '*', '; exit 1', "''", 'plain']

test('a shell reads what was quoted as it was', () => {
  for (const quote of [quoteForShell, shellWord]) {
    const words = hard.map(quote).join(' ')
    const read = execFileSync('sh', ['-c', `printf '%s\\0' ${words}`], { encoding: 'utf8' })
    assert.deepEqual(read.split('\0').slice(0, -1), hard)
  }
})

test('a word that needs no quotes has none', () => {
  assert.equal(shellWord('~/.config/relayq/env'), '~/.config/relayq/env')
  assert.equal(shellWord('/home/o neil'), "'/home/o neil'")
})
