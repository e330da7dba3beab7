import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openLedger } from './ledger.ts'

test('a job keeps where its file lies, its move is made by the first alone, and it goes with the job', t => {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-ledger-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const ledger = openLedger(join(folder, 'ledger.db'))
  t.after(() => ledger.close())
  const now = '2026-01-01T00:00:00.000Z'
  const job = { broker: 'b', kind: 'transcribe', inputs: { file: 'before', model: 'base' }, pin: null }
  const insert = (id: string, localFile: Parameters<typeof ledger.insertJob>[0]['localFile']) =>
    ledger.insertJob({
      ...job,
      ...{ id, idempotencyKey: 'k', priority: 0, now, replace: false, localFile: localFile ?? null },
    })
  const file = { path: '/a/talk.mp3', sha256: 'ab', keys: { macmini: 'age1m', rpi4: 'age1p' } }
  insert('j1', file)
  assert.deepEqual(ledger.findLocalFile('j1'), file)
  assert.equal(insert('j2', { ...file, keys: null }).kind, 'duplicate')
  assert.equal(ledger.findLocalFile('j2'), null)

  const move = { jobId: 'j1', from: 'before', to: "it's; here", keys: { rpi4: 'age1p' } }
  assert.equal(ledger.moveLocalFile(move), true)
  assert.equal(ledger.moveLocalFile({ ...move, to: 'elsewhere', keys: null }), false)
  assert.deepEqual(ledger.getJob('j1')?.inputs, { file: "it's; here", model: 'base' })
  assert.deepEqual(ledger.findLocalFile('j1')?.keys, { rpi4: 'age1p' })

  ledger.failUnsent('j1', 'no', now)
  ledger.pruneJob('j1', { before: '2027-01-01T00:00:00.000Z', forget: true }, () => {})
  assert.equal(ledger.findLocalFile('j1'), null)
})
