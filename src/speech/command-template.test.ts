import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fillTemplate, parseTemplate } from './command-template.ts'

const values = {
  input: '/tmp/a b;c.wav',
  outputDir: '/tmp/out',
  outputBase: 'a',
  language: '{model}',
  model: 'base',
  threads: '4',
}

test('a value stays one word, and is not read again', () => {
  const template = parseTemplate('mw transcribe {input} --to={outputDir}/{outputBase} -l {language}', 'srt')
  assert.ok(template !== null)
  assert.deepEqual(fillTemplate(template, values), [
    'transcribe',
    '/tmp/a b;c.wav',
    '--to=/tmp/out/a',
    '-l',
    '{model}',
  ])
})

test('words with spaces stand in a JSON array', () => {
  const template = parseTemplate('["/Applications/My App/hear", "{input}", "-x y"]', 'stdout-txt')
  assert.deepEqual(template?.words, ['/Applications/My App/hear', '{input}', '-x y'])
})

test('no command is none, and a mistake in one is told', () => {
  assert.equal(parseTemplate(' ', 'srt'), null)
  for (const [command, form] of [
    ['mw transcribe', 'srt'],
    ['{input}', 'srt'],
    ['mw {input} {format}', 'srt'],
    ['mw {input}', 'docx'],
    ['["mw", 7]', 'srt'],
    ['["mw"', 'srt'],
  ] as const) {
    assert.throws(() => parseTemplate(command, form), { code: 'invalid_config' }, command)
  }
})
