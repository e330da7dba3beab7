import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadPackages } from './packages.ts'

test('a package that is not installed is named, with the command that installs it', async () => {
  const missing = Object.assign(new Error("Cannot find package 'bullmq'"), { code: 'ERR_MODULE_NOT_FOUND' })
  await assert.rejects(
    loadPackages(async () => {
      throw missing
    }),
    { code: 'tool_missing', hint: /npm install --global bullmq@6 ioredis@6/ },
  )
})

test('both packages are there in a checkout', async () => {
  const { bullmq, ioredis } = await loadPackages()
  assert.equal(typeof bullmq.Queue, 'function')
  assert.equal(typeof ioredis.Redis, 'function')
})
