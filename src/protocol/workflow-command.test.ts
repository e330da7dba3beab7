import assert from 'node:assert/strict'
import { test } from 'node:test'

import { CommandStream, parseCommand } from './workflow-command.ts'

const read = (line: string) => new CommandStream().read(line)

test('a command has a name, properties and data, all unescaped', () => {
  assert.deepEqual(parseCommand('  ::error file=a%3Ab%2C.ts,line=3::100%25 %0Adone%250A'), {
    name: 'error',
    properties: { file: 'a:b,.ts', line: '3' },
    data: '100% \ndone%0A',
  })
})

test('the older bracket form is read too', () => {
  assert.deepEqual(parseCommand('##[set-output name=a%3Bb;x=y%5D]v'), {
    name: 'set-output',
    properties: { name: 'a;b', x: 'y]' },
    data: 'v',
  })
})

test('what is not a known command at the start of a line is text', () => {
  for (const line of [
    'a ::error::b',
    '::error',
    '::unknown::x',
    '##[section]x',
    '::',
    '',
    'std::string::x',
    '##[error',
  ]) {
    assert.deepEqual(read(line), { kind: 'text', text: line })
  }
})

test('names are read without regard to case', () => {
  assert.deepEqual(read('::GROUP::Build'), { kind: 'group', title: 'Build' })
})

test('an annotation carries its place; nonsense positions are left out', () => {
  assert.deepEqual(read('::warning title=T,file=f,line=1,endLine=2,col=x,endColumn=-4::m'), {
    kind: 'annotation',
    level: 'warning',
    message: 'm',
    title: 'T',
    file: 'f',
    line: 1,
    endLine: 2,
    column: null,
    endColumn: null,
  })
})

test('state, outputs, masks, debug and echo', () => {
  assert.deepEqual(read('::save-state name=a::b'), { kind: 'state', name: 'a', value: 'b' })
  assert.deepEqual(read('::set-output name=a::b::c'), { kind: 'output', name: 'a', value: 'b::c' })
  assert.deepEqual(read('::add-mask::s3cret'), { kind: 'mask', value: 's3cret' })
  assert.deepEqual(read('::debug::d'), { kind: 'debug', message: 'd' })
  assert.deepEqual(read('::echo::ON'), { kind: 'echo', on: true })
  assert.equal(read('::endgroup::').kind, 'endgroup')
  assert.equal(read('::add-matcher::m.json').kind, 'ignored')
})

test('commands that would be unsafe or incomplete are refused with a reason', () => {
  for (const line of [
    '::set-env name=A::b',
    '::add-path::/x',
    '::set-output::x',
    '::echo::maybe',
    '::stop-commands::',
  ]) {
    assert.equal(read(line).kind, 'refused', line)
  }
  assert.equal(read('::add-mask::').kind, 'annotation')
})

test('after stop-commands everything is text until the token', () => {
  const stream = new CommandStream()
  assert.equal(stream.read('::stop-commands::t0ken').kind, 'stopped')
  assert.equal(stream.read('::error::x').kind, 'text')
  assert.equal(stream.read('::stop-commands::other').kind, 'text')
  assert.equal(stream.read('::t0ken::').kind, 'resumed')
  assert.equal(stream.read('::error::x').kind, 'annotation')
})

test('a command name cannot be the token', () => {
  assert.equal(read('::stop-commands::add-mask').kind, 'refused')
})
