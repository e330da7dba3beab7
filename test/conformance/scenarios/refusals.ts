import type { ConformanceApi, Parameters } from '../conformance-api.ts'

/** Its job may nothing. */
export const powerlessFiles = {
  '.github/workflows/echo.yml': [
    'on: workflow_dispatch',
    'permissions: {}',
    'jobs: {echo: {runs-on: [self-hosted, echo], steps: [{run: echo}]}}',
  ].join('\n'),
}

/** What every operation refuses in the same way: whoever asks, whichever version, another repository, a thing that is not. */
export async function refusalScenario(api: ConformanceApi, operations: readonly string[]): Promise<void> {
  const powerless = await tokenOfAJob(api)
  await Promise.all(operations.map(operation => refuseAnyone(api, operation)))
  await Promise.all(
    operations.filter(needsPermission).map(operation => refuseAJob(api, operation, powerless)),
  )
  await Promise.all(operations.filter(namesAThing).map(operation => missAThing(api, operation)))
}

async function tokenOfAJob(api: ConformanceApi): Promise<string> {
  const dispatch = 'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches'
  await api.call(dispatch, { workflow_id: 'echo.yml', ref: 'main' }, { status: 204 })
  const runner = await api.hub.runner('mac', ['self-hosted', 'echo'])
  const job = await runner.takeJob()
  return job.githubToken
}

async function refuseAnyone(api: ConformanceApi, operation: string): Promise<void> {
  const parameters = someParameters(operation)
  await api.call(operation, parameters, { status: 401, token: null })
  await api.call(operation, parameters, { status: 401, token: 'forged' })
  await api.call(operation, parameters, { status: 400, headers: { 'X-GitHub-Api-Version': '1999-12-31' } })
  if (isOfARepository(operation)) await api.call(operation, { ...parameters, repo: 'other' }, { status: 404 })
}

async function refuseAJob(api: ConformanceApi, operation: string, token: string): Promise<void> {
  await api.call(operation, someParameters(operation), { status: 403, token })
}

async function missAThing(api: ConformanceApi, operation: string): Promise<void> {
  await api.call(operation, someParameters(operation), { status: [404, 422] })
}

/** Path parameters that name nothing. */
function someParameters(operation: string): Parameters {
  return Object.fromEntries(namesIn(operation).map(name => [name, given[name] ?? '999999']))
}

const given: Parameters = { owner: 'octo', repo: 'queue', archive_format: 'zip' }

function namesIn(operation: string): readonly string[] {
  return [...operation.matchAll(/\{(\w+)\}/g)].map(match => match[1] ?? '')
}

function isOfARepository(operation: string): boolean {
  return namesIn(operation).includes('repo')
}

/** Every token may read what the repository is, and who may do what in it; a job is no user. */
function needsPermission(operation: string): boolean {
  if (operation === 'GET /user') return true
  return isOfARepository(operation) && !/^GET [^ ]*\{repo\}(\/collaborators\/.*)?$/.test(operation)
}

/** What is put is made; what begins with nothing is an empty list. */
function namesAThing(operation: string): boolean {
  return namesIn(operation).length > 2 && !/^PUT .*\/(secrets|contents)\/|\/matching-refs\//.test(operation)
}
