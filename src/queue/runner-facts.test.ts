import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readRunner } from './runner-facts.ts'

const whole = {
  name: 'rpi4',
  arch: 'arm64',
  os: 'linux',
  memoryMb: 4096,
  cores: 4,
  ffmpeg: false,
  tools: ['git'],
  engines: [{ name: 'whisper-cli', models: [] }],
  inputRoots: ['/nas/audio'],
  freeDiskMb: 0,
}

test('what a machine says of itself is kept', () => {
  assert.deepEqual(readRunner({ ...whole, colour: 'green' }), whole)
})

test('what an older version does not say stays unknown', () => {
  assert.deepEqual(readRunner({ name: 'rpi4', cores: 4 }), { name: 'rpi4', cores: 4 })
  assert.deepEqual(readRunner(undefined), { name: '' })
})

test('nonsense is passed over, and nothing is without an end', () => {
  const nonsense = { name: 7, arch: '', memoryMb: -1, cores: '4', ffmpeg: 'yes', tools: 'git', engines: {} }
  assert.deepEqual(readRunner({ ...nonsense, freeDiskMb: null }), { name: '' })
  const many = Array.from({ length: 500 }, (_, index) => `tool${index}`)
  const engines = ['x', {}, { name: 'a'.repeat(5_000), models: [1, 'base', ...many] }]
  const { tools, engines: [engine] = [] } = readRunner({ tools: [null, ...many], engines })
  assert.equal(tools?.length, 99)
  assert.equal(engine?.name.length, 100)
  assert.equal(engine?.models.length, 99)
})
