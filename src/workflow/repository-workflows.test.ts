import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import { kindOfWorkflow } from '../model/kinds.ts'
import { parseWorkflow } from './parse.ts'

const root = new URL('../../', import.meta.url)
const folder = new URL('.github/workflows/', root)
const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))

/** What RelayQ itself sends along, whatever the kind. */
const ownInputs = [
  'runs_on',
  'max_size_mb',
  'timeout_minutes',
  'verify',
  'relayq_id',
  'relayq_group',
  'relayq_ignore',
] as const

/** GitHub's limit for one workflow. */
const mostInputs = 25

/** How the step that does the work is told of RelayQ's own inputs. */
const ownEnvironment = {
  RELAYQ_PROTOCOL: '1',
  RELAYQ_ID: expression('inputs.relayq_id'),
  RELAYQ_IGNORE_RUNS: expression('inputs.relayq_ignore'),
  RELAYQ_TOKEN: expression('github.token'),
  RELAYQ_MAX_SIZE_MB: expression('inputs.max_size_mb'),
  RELAYQ_VERIFY: expression('inputs.verify'),
}

/** For the kinds that may ask a service, and for no other. */
const keys = {
  AI_API_KEY: expression('secrets.AI_API_KEY'),
  OPENAI_API_KEY: expression('secrets.OPENAI_API_KEY'),
  OPENROUTER_API_KEY: expression('secrets.OPENROUTER_API_KEY'),
}

for (const file of readdirSync(folder)) {
  const path = `.github/workflows/${file}`
  const text = readFileSync(new URL(file, folder), 'utf8')

  test(`${file} of this repository is a workflow that can be dispatched`, async () => {
    const workflow = await parseWorkflow(path, text)
    assert.equal(workflow.path, path)
    assert.equal(workflow.jobs.length, 1)
  })

  test(`${file} declares RelayQ's own inputs and uses them as the others do`, async () => {
    const { dispatch } = await parseWorkflow(path, text)
    const declared = dispatch?.inputs.filter(({ name }) => ownInputs.some(own => own === name)) ?? []
    assert.deepEqual(
      declared.map(({ name, type, required, default: value }) => [name, type, required, value]),
      ownInputs.map(name => [name, 'string', false, '']),
    )
    const { 'run-name': runName, permissions, concurrency, jobs } = parse(text)
    assert.match(runName, /\[\$\{\{ inputs\.relayq_id \}\}\]$/)
    assert.deepEqual(permissions, { contents: 'write', actions: 'read' })
    assert.deepEqual(concurrency, {
      group: `relayq-${expression('inputs.relayq_group || inputs.relayq_id || github.run_id')}`,
    })
    const [job] = Object.values<Record<string, unknown>>(jobs)
    assert.equal(job?.['timeout-minutes'], expression("fromJSON(inputs.timeout_minutes || '360')"))
    const work = stepsOf(job).find(step => step['id'] === 'job')
    const env = Object(work?.['env'])
    const given = kindOfWorkflow(file)?.inputs.some(({ name }) => name === 'backend') ?? true
    assert.deepEqual({ ...env, ...ownEnvironment, ...(given ? keys : {}) }, env)
    assert.ok(given || Object.values(env).every(value => !`${value}`.includes('secrets.')))
  })

  test(`${file} hands on every input of its kind, if it is of one`, async () => {
    const inputs = kindOfWorkflow(file)?.inputs.filter(({ forSubmit }) => !forSubmit) ?? []
    const { dispatch } = await parseWorkflow(path, text)
    const declared = dispatch?.inputs.map(({ name }) => name) ?? []
    const work = stepsOf(Object.values<Record<string, unknown>>(parse(text).jobs)[0]).find(
      step => step['id'] === 'job',
    )
    assert.ok(declared.length <= mostInputs)
    for (const { name } of inputs) {
      assert.ok(declared.includes(name), name)
      const variable = `RELAYQ_INPUT_${name.toUpperCase()}`
      assert.equal(Object(work?.['env'])[variable], expression(`inputs.${name}`))
    }
  })

  test(`${file} installs this version of relayq, and only where GitHub lends the machine`, () => {
    const [job] = Object.values<Record<string, unknown>>(parse(text).jobs)
    const [install] = stepsOf(job)
    assert.equal(install?.['if'], "runner.environment == 'github-hosted'")
    const [major, minor] = manifest.version.split('.')
    const node = manifest.engines.node.replace('>=', '')
    assert.ok(String(install?.['run']).includes(`node@${node} relayq@${major}.${minor}\n`))
  })
}

function expression(text: string): string {
  return `\${{ ${text} }}`
}

function stepsOf(job: Record<string, unknown> | undefined): readonly Record<string, unknown>[] {
  return (job?.['steps'] ?? []) as readonly Record<string, unknown>[]
}
