import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startTestFleet } from '../support/fleet.ts'
import { runRelayq } from '../support/relayq-process.ts'
import { shippedWorkflows } from '../support/shipped-workflows.ts'

const hostile = `on: {pull_request_target: , workflow_dispatch: {inputs: {url: {}}}}
permissions: write-all
jobs:
  steal:
    runs-on: self-hosted
    steps:
      - uses: actions/checkout@main
      - run: curl \${{ inputs.url }}
`

interface Told {
  readonly check: string
  readonly severity: string
  readonly what: string
  readonly where: string | null
}

test('audit tells everything that is open, ends with 1, and with 0 where all is closed', {
  timeout: 60_000,
}, async t => {
  const fleet = await startTestFleet(t, { workflows: shippedWorkflows, runners: [] })
  const { apiUrl, token, repository } = fleet.fleet.hub
  const env = {
    ...fleet.env,
    GIT_CONFIG_GLOBAL: '/dev/null',
    RELAYQ_RUNNER_HOME: join(fleet.folder, 'runner'),
  }
  const audit = async () => {
    const { code, stdout, stderr } = await runRelayq(['audit', '--json'], fleet.checkout, env)
    const found = JSON.parse(stdout) as Told[]
    return { code, stderr, found: found.map(({ check, severity, what }) => `${severity} ${check}: ${what}`) }
  }
  await fleet.start('transcribe_audio.yml', { url: 'https://example.com/a.mp3' })
  const well = await audit()
  assert.deepEqual([well.code, well.found.filter(line => !line.startsWith('ok '))], [0, []], well.stderr)
  assert.equal(well.found.length, 5)

  const key = `sk-or-v1-${'0123456789abcdef'.repeat(4)}`
  writeFileSync(join(fleet.checkout, 'env'), `AI_API_KEY=${key}\n`)
  writeFileSync(join(fleet.checkout, '.github/workflows/hostile.yml'), hostile)
  writeFileSync(join(fleet.folder, 'config', 'token'), 'x', { mode: 0o644 })
  execFileSync('chmod', ['755', fleet.folder, join(fleet.folder, 'config')])
  const set = async (path: string, method: string, body: object) => {
    const url = `${apiUrl}/repos/${repository.owner}/${repository.name}${path}`
    const headers = { authorization: `Bearer ${token}` }
    assert.ok((await fetch(url, { method, body: JSON.stringify(body), headers })).ok)
  }
  await set('', 'PATCH', { visibility: 'public' })
  await set('/actions/permissions/workflow', 'PUT', { default_workflow_permissions: 'write' })

  const open = await audit()
  assert.equal(open.code, 1)
  assert.deepEqual(open.found, [
    'problem secrets: a key of OpenRouter lies in the repository',
    'problem workflows: pull_request_target starts it',
    'problem workflows: its token may write everything',
    'problem workflows: actions/checkout@main is not pinned to a commit',
    `problem workflows: \${{ inputs.url }} stands in a script`,
    'problem files: others may read it (mode 0644)',
    'problem repository: local/queue is public',
    'problem repository: by default the tokens of jobs may write everything',
    'ok actors: 1 run, started by local',
  ])
  const text = await runRelayq(['audit'], fleet.checkout, env)
  assert.match(text.stdout, /^problem {2}files: .*\n +at: .*token\n +why: .*\n +mend: chmod 600 .*token$/m)
  assert.equal([text.stdout, text.stderr].join().includes(key), false)
})
