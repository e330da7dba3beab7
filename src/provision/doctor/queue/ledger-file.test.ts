import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeLedgerFile, type LedgerHealth } from './ledger-file.ts'

const sound: LedgerHealth = { bytes: 140_000, faults: [], schema: 4, newestSchema: 4 }

test('A damaged file, a newer schema and a huge file are told; a ledger that is not there yet is well', () => {
  const judge = (health: LedgerHealth | null) => judgeLedgerFile('/s/ledger.db', health)
  assert.equal(judge(null).severity, 'ok')
  assert.equal(judge(sound).what, '140 kB, schema 4, sound')
  assert.equal(judge({ ...sound, faults: null }).what, '140 kB, schema 4')
  assert.equal(judge({ ...sound, faults: ['page 2 is never used'] }).severity, 'problem')
  assert.equal(judge({ ...sound, schema: 5 }).mend?.command, 'npm install -g relayq@latest')
  assert.equal(judge({ ...sound, bytes: 2e9 }).severity, 'warning')
})
