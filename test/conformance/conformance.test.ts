import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConformanceApi, Coverage, type Scenario } from './conformance-api.ts'
import { readDescription } from './description.ts'
import { metaScenario } from './scenarios/meta.ts'
import { servedOperations } from './served-operations.ts'

const scenarios: Readonly<Record<string, Scenario>> = {
  'who and where a client is': metaScenario,
}

test('The hub answers as GitHub describes', async t => {
  const coverage = new Coverage()
  for (const [title, scenario] of Object.entries(scenarios)) {
    await t.test(title, async t => await scenario(await ConformanceApi.open(t, coverage)))
  }

  await t.test('every operation the hub serves was seen to conform', async () => {
    const { operations, unknown } = await servedOperations(readDescription())
    assert.deepEqual(unknown, [], 'routes GitHub does not describe')
    const unseen = operations.filter(operation => !coverage.has(operation, status => status < 400))
    assert.deepEqual(unseen, [])
  })
})
