import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { Octokit } from 'octokit'
import { startTestFleet, type TestFleet, untilCompleted } from '../support/fleet.ts'
import { sealSecret } from '../support/sealed-secret.ts'

function ownersOctokit({ fleet }: TestFleet): Octokit {
  return new Octokit({ auth: fleet.hub.token, baseUrl: fleet.hub.apiUrl })
}

function repositoryOf({ fleet }: TestFleet): { readonly owner: string; readonly repo: string } {
  const { owner, name } = fleet.hub.repository
  return { owner, repo: name }
}

async function setSecret(fleet: TestFleet, name: string, value: string): Promise<void> {
  const { rest } = ownersOctokit(fleet)
  const { data } = await rest.actions.getRepoPublicKey(repositoryOf(fleet))
  const sealed = await sealSecret(value, data)
  await rest.actions.createOrUpdateRepoSecret({ ...repositoryOf(fleet), secret_name: name, ...sealed })
}

test("GitHub's own toolkit does its work in a job of the hub, unmodified", async t => {
  const here = import.meta.dirname
  const fleet = await startTestFleet(t, {
    workflows: {},
    folders: {
      '.github/workflows/toolkit.yml': join(here, 'toolkit.yml'),
      action: join(here, 'action'),
    },
  })
  await setSecret(fleet, 'PASS_PHRASE', 'open sesame')
  await ownersOctokit(fleet).rest.actions.createRepoVariable({
    ...repositoryOf(fleet),
    name: 'GREETING',
    value: 'hello',
  })
  const runId = await fleet.start('toolkit.yml', { programs: join(here, 'programs') })
  const { conclusion } = await untilCompleted(fleet, runId, 60_000)
  const [job] = await fleet.broker.listJobs(runId)
  const log = (job && (await fleet.broker.readJobLog(job.id))) ?? ''
  assert.equal(conclusion, 'success', log)
  assert.deepEqual(
    log.split('\n').flatMap(line => /^\S+Z => (.*)/.exec(line)?.[1] ?? []),
    [
      '{"value":42} several',
      'the secret is ***',
      'hello, ***',
      'artifacts work',
      'the cache works',
      '@actions/github works',
      'octokit works',
    ],
  )
})
