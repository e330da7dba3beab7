import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Files } from '../support/git-repository.ts'
import { ConformanceApi, Coverage, type Scenario } from './conformance-api.ts'
import { readDescription } from './description.ts'
import { hubPageFile, renderHubPage } from './hub-page.ts'
import { isNeverGiven } from './never-given.ts'
import { actionsPermissionScenario } from './scenarios/actions-permissions.ts'
import { artifactScenario } from './scenarios/artifacts.ts'
import { cacheScenario } from './scenarios/caches.ts'
import { checkFiles, checkScenario } from './scenarios/checks.ts'
import { collaboratorScenario } from './scenarios/collaborators.ts'
import { concurrencyFiles, concurrencyScenario } from './scenarios/concurrency.ts'
import { fileScenario, gitDatabaseScenario } from './scenarios/git-database.ts'
import { gitObjectScenario } from './scenarios/git-objects.ts'
import { jobScenario } from './scenarios/jobs.ts'
import { linkScenario } from './scenarios/links.ts'
import { metaScenario } from './scenarios/meta.ts'
import { powerlessFiles, refusalScenario } from './scenarios/refusals.ts'
import { releaseScenario } from './scenarios/releases.ts'
import { repositoryScenario } from './scenarios/repository.ts'
import { rerunScenario } from './scenarios/reruns.ts'
import { runnerSetupScenario } from './scenarios/runner-setup.ts'
import { runnerScenario } from './scenarios/runners.ts'
import { runScenario } from './scenarios/runs.ts'
import { secretScenario, variableScenario } from './scenarios/secrets.ts'
import { stateFiles, stateScenario } from './scenarios/states.ts'
import {
  disabledWorkflowScenario,
  dispatchScenario,
  repositoryDispatchScenario,
  workflowFiles,
  workflowScenario,
} from './scenarios/workflows.ts'
import { servedOperations } from './served-operations.ts'

interface Play {
  readonly title: string
  readonly scenario: Scenario
  /** Of the repository; echo.yml where nothing else is needed. */
  readonly files?: Files
}

const plays: readonly Play[] = [
  { title: 'who and where a client is', scenario: metaScenario },
  { title: 'the repository and its files', scenario: repositoryScenario },
  { title: 'what may run', scenario: actionsPermissionScenario },
  { title: 'workflows', scenario: workflowScenario, files: workflowFiles },
  { title: 'dispatches', scenario: dispatchScenario, files: workflowFiles },
  { title: 'disabled workflows', scenario: disabledWorkflowScenario },
  { title: 'repository dispatches', scenario: repositoryDispatchScenario, files: workflowFiles },
  { title: 'runs', scenario: runScenario },
  { title: 'runs and jobs in every state', scenario: stateScenario, files: stateFiles },
  { title: 'attempts, reruns and deletion', scenario: rerunScenario },
  { title: 'concurrency groups', scenario: concurrencyScenario, files: concurrencyFiles },
  { title: 'jobs, their logs and remarks', scenario: jobScenario },
  { title: 'check runs and suites', scenario: checkScenario, files: checkFiles },
  { title: 'collaborators', scenario: collaboratorScenario },
  { title: 'artifacts', scenario: artifactScenario },
  { title: 'runners', scenario: runnerScenario },
  { title: 'setting up runners', scenario: runnerSetupScenario },
  { title: 'caches', scenario: cacheScenario },
  { title: 'refs and commits', scenario: gitObjectScenario },
  { title: 'releases and their files', scenario: releaseScenario },
  { title: 'objects and refs that are written', scenario: gitDatabaseScenario },
  { title: 'files that are written', scenario: fileScenario },
  { title: 'secrets', scenario: secretScenario },
  { title: 'variables', scenario: variableScenario },
]

test('The hub answers as GitHub describes', async t => {
  const coverage = new Coverage()
  const description = readDescription()
  const { operations, unknown } = await servedOperations(description)

  for (const { title, scenario, files } of plays) {
    await t.test(title, async t => await scenario(await ConformanceApi.open(t, coverage, files)))
  }

  await t.test('every operation, asked by nobody, by a powerless job, for what is not there', async t => {
    await refusalScenario(await ConformanceApi.open(t, coverage, powerlessFiles), operations)
  })

  await t.test('every address in an answer', async t => {
    await linkScenario(await ConformanceApi.open(t, coverage), operations)
  })

  await t.test('every route of the API is an operation GitHub describes', () => {
    assert.deepEqual(unknown, [])
  })

  await t.test('docs/hub.md says what is served', () => {
    const command = 'renew it: node test/conformance/write-hub-page.ts'
    assert.ok(readFileSync(hubPageFile, 'utf8') === renderHubPage(description, operations), command)
  })

  await t.test('every operation the hub serves was seen to conform, in each answer described', () => {
    const unseen = operations.flatMap(operation => {
      const described = Object.keys(description.operations[operation]?.responses ?? {}).map(Number)
      const given = described.filter(status => !isNeverGiven(operation, status))
      return given.filter(status => !coverage.has(operation, status)).map(status => `${operation} ${status}`)
    })
    assert.deepEqual(unseen, [])
  })
})
