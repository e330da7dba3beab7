import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { RelayError } from '../base/errors.ts'
import { oneLine } from '../base/one-line.ts'
import { errorCommand, maskCommand, writeOutputs, writeSummary } from './step-output.ts'

test('commands keep to their line, whatever they carry', () => {
  assert.equal(maskCommand('50%\n::debug::x'), '::add-mask::50%25%0A::debug::x')
  const error = new RelayError('internal', 'a\nb', { hint: 'Do c, then d.' })
  assert.equal(errorCommand('x: y, z', error), '::error title=x%3A y%2C z::a%0Ab Do c, then d.')
})

test('text from outside cannot end its line or begin another', () => {
  assert.equal(
    oneLine(' a\r\n::set-output name=x::y\u2028\u0000z\u001b[31m '),
    'a ::set-output name=x::y z [31m',
  )
})

test('outputs are appended one line each, and a step without the files is no error', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'relayq-output-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'output')
  await writeOutputs(file, { dir: '/a b' })
  await writeOutputs(file, { transcript: 'x\ndir=/etc' })
  assert.equal(await readFile(file, 'utf8'), 'dir=/a b\ntranscript=x dir=/etc\n')
  await writeOutputs(undefined, { a: 'b' })
  await writeSummary('', 'x')
})
