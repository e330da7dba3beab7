import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseEnvFile } from './env-file.ts'

test('An env file is read as data', () => {
  const { values, problems } = parseEnvFile(
    [
      '# speech',
      'ASR_BACKEND=local',
      'export WHISPER_MODEL = base   # the small one',
      `SINGLE='a "b" $HOME # kept'`,
      'DOUBLE="line\\nnext \\"q\\""',
      'HASH=a#b',
      'EMPTY=',
      'COMMAND=$(touch /tmp/x)',
      'ASR_BACKEND=openai',
    ].join('\r\n'),
  )
  assert.deepEqual(problems, [])
  assert.deepEqual(Object.fromEntries(values), {
    ASR_BACKEND: 'openai',
    WHISPER_MODEL: 'base',
    SINGLE: 'a "b" $HOME # kept',
    DOUBLE: 'line\nnext "q"',
    HASH: 'a#b',
    EMPTY: '',
    COMMAND: '$(touch /tmp/x)',
  })
})

test('Lines that are no assignment are reported by number and skipped', () => {
  const { values, problems } = parseEnvFile('A=1\nrm -rf /\nB="open\nC=3')
  assert.deepEqual(
    [...values],
    [
      ['A', '1'],
      ['C', '3'],
    ],
  )
  assert.deepEqual(
    problems.map(({ line }) => line),
    [2, 3],
  )
})
