import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { test } from 'node:test'
import { findProgram } from './find-program.ts'

test('a program is found by its first name that is executable, on PATH before the other folders', async t => {
  const root = await mkdtemp(join(tmpdir(), 'relayq-programs-'))
  t.after(() => rm(root, { recursive: true }))
  const [a, b, c] = [join(root, 'a'), join(root, 'b'), join(root, 'c')]
  for (const folder of [a, b, c]) await mkdir(folder)
  await writeFile(join(a, 'tool'), 'not executable')
  await mkdir(join(b, 'other'))
  for (const file of [join(b, 'tool'), join(c, 'tool'), join(c, 'other')]) {
    await writeFile(file, '#!/bin/sh\n', { mode: 0o755 })
  }
  const path = ['', a, b].join(delimiter)
  assert.equal(await findProgram(['tool'], path, [c]), join(b, 'tool'))
  assert.equal(await findProgram(['absent', 'tool'], path, [c]), join(b, 'tool'))
  assert.equal(await findProgram(['other'], path, [c]), join(c, 'other'), 'a folder is no program')
  assert.equal(await findProgram(['other'], path, []), null)
  assert.equal(await findProgram(['tool'], undefined, []), null)
})
