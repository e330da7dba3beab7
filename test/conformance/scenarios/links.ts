import assert from 'node:assert/strict'
import { reportStep, uploadStepLog } from '../../support/reported-job.ts'
import { testToken } from '../../support/running-hub.ts'
import type { ConformanceApi, Parameters } from '../conformance-api.ts'
import { uploadArtifact } from './artifacts.ts'

/** Whatever address an answer names, if it is one of an operation that is served, is answered. */
export async function linkScenario(api: ConformanceApi, operations: readonly string[]): Promise<void> {
  const run_id = await api.hub.startEcho('hello')
  const runner = await api.hub.runner('mac', ['self-hosted', 'echo'])
  const job = await runner.takeJob()
  await reportStep(job, { id: 's1', name: 'Say hello', status: 3, conclusion: 0 })
  await uploadStepLog(job, 's1', '2026-11-23T20:57:45.0270000Z hello\n')
  await uploadArtifact(job, 'result', {})
  await api.call('POST /repos/{owner}/{repo}/releases', { tag_name: 'v1' }, { status: 201 })
  const places: readonly (readonly [string, Parameters])[] = [
    ['GET /', {}],
    ['GET /user', {}],
    ['GET /repos/{owner}/{repo}', {}],
    ['GET /repos/{owner}/{repo}/contents/{path}', { path: '.github' }],
    ['GET /repos/{owner}/{repo}/actions/workflows', {}],
    ['GET /repos/{owner}/{repo}/actions/runs', {}],
    ['GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs', { run_id }],
    ['GET /repos/{owner}/{repo}/actions/artifacts', {}],
    ['GET /repos/{owner}/{repo}/releases/latest', {}],
  ]
  const answers = await Promise.all(
    places.map(async ([operation, parameters]) => await api.call(operation, parameters, { status: 200 })),
  )
  const isServed = matcher(operations)
  const links = new Set(answers.flatMap(({ body }) => addresses(body)))
  const served = [...links].filter(link => isServed(link.replace(api.hub.hub.apiUrl, '')))
  assert.ok(served.length > 10, `the walk sees the links: ${served}`)
  const dead = await Promise.all(served.map(async link => ((await isAnswered(link)) ? [] : [link])))
  assert.deepEqual(dead.flat(), [])
}

/** Every URL in a body that is one as it stands: no template, not for people. */
function addresses(value: unknown): readonly string[] {
  if (typeof value === 'string') return /^http:[^{}]*\/api\/v3[^{}]*$/.test(value) ? [value] : []
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(addresses) : []
}

/** Whether a path below the API is one of an operation that is read by GET. */
function matcher(operations: readonly string[]): (path: string) => boolean {
  const patterns = operations
    .filter(operation => operation.startsWith('GET '))
    .map(operation => new RegExp(`^${operation.slice('GET '.length).replaceAll(/\{\w+\}/g, '[^/?]+')}$`))
  return path => patterns.some(pattern => pattern.test(path))
}

async function isAnswered(link: string): Promise<boolean> {
  const headers = { Authorization: `Bearer ${testToken}` }
  const response = await fetch(link, { headers, redirect: 'manual' })
  await response.body?.cancel()
  return response.status < 400
}
