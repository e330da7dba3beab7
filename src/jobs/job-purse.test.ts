import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Cost } from '../model/cost.ts'
import type { CloudConfig, JobContext } from './context.ts'
import { JobPurse } from './job-purse.ts'

async function stateOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'relayq-purse-'))
  t.after(() => rm(folder, { recursive: true }))
  return folder
}

function purseOf(t: TestContext, stateHome: string, ceilings: Partial<CloudConfig>): JobPurse {
  const cloud = { maxCostPerJob: '', maxCostPerMonth: '', ...ceilings }
  const context = { config: { stateHome, cloud }, clock: () => Date.UTC(2026, 10, 25) }
  const purse = new JobPurse(context as unknown as JobContext)
  t.after(() => purse.close())
  return purse
}

const cost = (amount: number): Cost => ({
  ...{ provider: 'openai', model: 'm', currency: 'USD', seconds: 60 },
  amount,
})

test('requests at once cannot pass the ceiling of their job together', async t => {
  const purse = purseOf(t, await stateOf(t), { maxCostPerJob: '0.10' })
  const asked = await Promise.allSettled([1, 2, 3].map(() => purse.reserve(cost(0.04))))
  assert.deepEqual(
    asked.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected'],
  )
})

test('what a job cost is what was charged, and what was expected where that was never told', async t => {
  const purse = purseOf(t, await stateOf(t), {})
  const refused = await purse.reserve(cost(0.04))
  refused.settle(null)
  const charged = await purse.reserve(cost(0.04))
  charged.settle(cost(0.03))
  await purse.reserve(cost(0.02))
  assert.deepEqual(
    purse.costs.map(({ amount }) => amount),
    [0.03, 0.02],
  )
})

test('a ceiling that is no number, and a record that cannot be read, let nothing be spent', async t => {
  const cache = await stateOf(t)
  for (const ceiling of ['much', '-1', 'Infinity']) {
    const purse = purseOf(t, cache, { maxCostPerMonth: ceiling })
    await assert.rejects(purse.reserve(cost(0.01)), { code: 'invalid_config', message: /PER_MONTH/ })
  }
  await writeFile(
    join(cache, 'spending.db'),
    'this is no database, and long enough to be seen as none'.repeat(99),
  )
  await assert.rejects(purseOf(t, cache, { maxCostPerMonth: '1' }).reserve(cost(0.01)), {
    message: /record of spending/,
  })
})
