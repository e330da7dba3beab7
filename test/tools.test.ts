import assert from 'node:assert/strict'
import { test } from 'node:test'
import { missingTools, planInstall, testTools } from '../src/provision/packages.ts'

test('every program the tests call is installed', async () => {
  const missing = await missingTools(testTools(process.platform), process.env['PATH'] ?? '')
  const plan = planInstall(missing, {
    platform: process.platform,
    isRoot: false,
    hasSudo: false,
    hasApt: true,
    hasBrew: false,
    isForbidden: false,
  })
  assert.equal(plan.kind, 'nothing', plan.kind === 'ask' ? `Run: ${plan.command}` : '')
})
