import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomFrom } from '../../test/support/random.ts'
import { withEnvValue, withoutEnvValue } from './edit-env-file.ts'
import { parseEnvFile } from './env-file.ts'

const file = [
  '\uFEFF# speech of this machine',
  'ASR_BACKEND=local',
  '',
  'export WHISPER_MODEL = base   # the small one',
  "KEY='a # b'  # of May",
  'OPEN="no end',
  'ASR_BACKEND=openai # for now',
  'not an assignment',
].join('\n')

test('a value is changed where it counts, and everything else stays', () => {
  assert.equal(
    withEnvValue(file, 'ASR_BACKEND', 'router'),
    file.replace('ASR_BACKEND=local\n', '').replace('openai', 'router'),
  )
  assert.equal(withEnvValue(file, 'WHISPER_MODEL', 'small'), file.replace('base', 'small'))
  assert.equal(withEnvValue(file, 'KEY', 'x y'), file.replace('a # b', 'x y'))
  assert.equal(withEnvValue(file, 'OPEN', ''), file.replace('"no end', ''))
  assert.equal(withEnvValue('A=#b\n', 'A', '1'), 'A=1 #b\n')
})

test('a new name comes last, on a line of its own, with the line ends of the file', () => {
  assert.equal(withEnvValue('', 'A', '1'), 'A=1\n')
  assert.equal(withEnvValue('B=2', 'A', '1'), 'B=2\nA=1\n')
  assert.equal(withEnvValue('B=2\r\n', 'A', '1'), 'B=2\r\nA=1\r\n')
  assert.equal(withEnvValue('# A=2\nAA=1\n', 'A', '1'), '# A=2\nAA=1\nA=1\n')
})

test('a name is removed wherever it is set', () => {
  assert.equal(
    withoutEnvValue(file, 'ASR_BACKEND'),
    file.replace('ASR_BACKEND=local\n', '').replace('ASR_BACKEND=openai # for now\n', ''),
  )
  assert.equal(withoutEnvValue(file, 'NONE'), file)
  assert.equal(withoutEnvValue('A=1', 'A'), '')
})

test('whatever is written is read again', () => {
  const random = randomFrom(7)
  const characters = [...`aZ0 \t\n'"\\$\`#=!~*;&|<>(){}[]ä€😀-_./:@%+,n`]
  for (let round = 0; round < 3000; round += 1) {
    const length = Math.floor(random() * 12)
    const value = Array.from({ length }, () => characters[Math.floor(random() * characters.length)]).join('')
    const start = ['', file, 'NAME=old # why\n', "NAME='x'\n"][round % 4] ?? ''
    const { values, problems } = parseEnvFile(withEnvValue(start, 'NAME', value))
    assert.equal(values.get('NAME'), value)
    assert.equal(problems.length, parseEnvFile(start).problems.length)
  }
})

test('a value that no line can hold is refused', () => {
  for (const value of ['a\rb', 'a\0b', 'a\u2028b', '\u001b[31m']) {
    assert.throws(() => withEnvValue('', 'A', value), { code: 'invalid_input' })
  }
})
