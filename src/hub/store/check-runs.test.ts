import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../../test/support/git-repository.ts'
import { CheckRunStore } from './check-runs.ts'
import { openHubDatabase } from './database.ts'

test('Of more than 1,000 check runs with one name the oldest are forgotten, with what they said', t => {
  const db = openHubDatabase(join(temporaryFolder(t), 'hub.db'))
  t.after(() => db.close())
  const checkRuns = new CheckRunStore(db, () => 1)
  const nothing = { fields: {}, output: { summary: 'x' }, annotations: [] }
  const make = (name: string): number => checkRuns.create({ name, headSha: 'a', runId: null }, nothing)
  const [other, oldest] = [make('other'), make('lint')]
  for (let count = 1; count <= 1000; count += 1) make('lint')
  const left = (id: number): number =>
    ['check_run WHERE id', 'check_output WHERE check_run_id'].filter(where =>
      db.get(`SELECT 1 FROM ${where} = :id`, { id }),
    ).length
  assert.deepEqual([left(other), left(oldest), left(oldest + 1)], [2, 0, 2])
})
