import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { explainSystemError } from './system-error.ts'

function systemError(code: string, path?: string): Error {
  return Object.assign(new Error(`${code}: as Node words it`), {
    code,
    ...(path === undefined ? {} : { path }),
  })
}

test('a full disk is called that, is temporary, and is nobody’s fault', () => {
  const error = explainSystemError(systemError('ENOSPC', '/data/x'))
  assert.deepEqual([error?.code, error?.exitCode], ['disk_full', 75])
  assert.match(error?.message ?? '', /disk is full.*\/data\/x/)
})

test('a full disk is recognised without a path', () => {
  assert.equal(explainSystemError(systemError('ENOSPC'))?.message, 'The disk is full.')
})

test('a closed folder is named', () => {
  assert.match(
    explainSystemError(systemError('EACCES', '/root/x'))?.message ?? '',
    /no permission to use \/root\/x/,
  )
})

test('other errors are not explained away', () => {
  assert.equal(explainSystemError(systemError('ENOENT', '/x')), null)
  assert.equal(explainSystemError(new TypeError('x is undefined')), null)
  assert.equal(explainSystemError('text'), null)
})

test('a file where a folder is needed is told as that, and a file that is there already is not', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-system-error-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'models')
  writeFileSync(file, '')
  const told = async (act: Promise<unknown>) =>
    explainSystemError(await act.catch((thrown: unknown) => thrown))?.message ?? null
  const inTheWay = /^There is a file where a folder is needed: .*models/
  assert.match((await told(mkdir(file, { recursive: true }))) ?? '', inTheWay)
  assert.match((await told(rm(join(file, 'ggml-tiny.bin')))) ?? '', inTheWay)
  assert.equal(await told(open(file, 'wx')), null)
})
