import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { RelayError } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import { parseWorkflow } from './parse.ts'
import { evaluateString, evaluateToken } from './tokens.ts'
import type { JobTemplate, Workflow } from './workflow.ts'

function fixture(name: string): Promise<Workflow> {
  return parseWorkflow(
    name,
    readFileSync(new URL(`../../test/workflows/${name}.yml`, import.meta.url), 'utf8'),
  )
}

function firstJob(workflow: Workflow): JobTemplate {
  const [job] = workflow.jobs
  assert.ok(job)
  return job
}

/** The step's script as a runner would write it to a file. */
function scriptOf(job: JobTemplate, id: string): string {
  const step = job.steps.find(candidate => candidate.contextName === id)
  assert.ok(step)
  const inputs = evaluateToken(step.inputs, { contexts: { inputs: { who: 'world' } } }) as JsonObject
  return String(inputs['script'])
}

test('block scalars with expressions give the text that YAML defines', async () => {
  const job = firstJob(await fixture('block-scalars-hold-scripts-with-expressions'))
  const scripts = Object.fromEntries(
    job.steps.map(step => [step.contextName, scriptOf(job, step.contextName)]),
  )
  assert.deepEqual(scripts, {
    heredoc: 'cat <<\'END\'\n{"hello": "world"}\n  indented by two\nEND\n',
    python: "for name in ['a', \"world\"]:\n    if name:\n        print(f'{name}!')",
    keep: 'echo "world"\n\n\n',
    folded: 'echo one world three\n',
    'folded-strip': 'echo world\nsecond',
    'explicit-indentation': '  echo world\nend\n',
    quoted: 'echo world and "more"',
    plain: "echo world and it's more",
    'without-expression': 'cat <<END\n  plain\nEND\n',
  })
})

test('a heredoc and a Python script that hold expressions run', async () => {
  const job = firstJob(await fixture('block-scalars-hold-scripts-with-expressions'))
  const heredoc = execFileSync('bash', ['-e', '-c', scriptOf(job, 'heredoc')], { encoding: 'utf8' })
  assert.equal(heredoc, '{"hello": "world"}\n  indented by two\n')
  const python = execFileSync('python3', ['-c', scriptOf(job, 'python')], { encoding: 'utf8' })
  assert.equal(python, 'a!\nworld!\n')
})

test('a condition without a status function is wrapped, any other kept', async () => {
  const job = firstJob(await fixture('conditions-get-a-status-function'))
  assert.equal(job.condition, "success() && (github.ref == 'refs/heads/main')")
  assert.deepEqual(
    job.steps.map(step => step.condition),
    [
      'success()',
      "success() && (env.A == 'b' || env.C)",
      "always() && env.A == 'b'",
      '!cancelled()',
      'success() && (false)',
      "success() && ('failure()' == env.A)",
    ],
  )
})

test('steps without an id get a reserved one, and the name GitHub would show', async () => {
  const job = firstJob(await fixture('steps-without-an-id-get-a-generated-one'))
  const scope = { contexts: { github: { run_id: '7', event: { script: 'make' } } } }
  assert.deepEqual(
    job.steps.map(step => [step.contextName, evaluateString(step.displayNameToken, scope)]),
    [
      ['__run', 'Run echo one'],
      ['__run_2', 'Run echo two'],
      ['__actions_checkout', 'Run actions/checkout@v4'],
      ['__self', 'Run ./tools/action'],
      ['__octo_tools', 'Run octo/tools/deep/er@main'],
      ['mine', 'Named 7'],
      ['__run_3', "Run echo it's 7"],
      ['__run_4', 'Run make'],
    ],
  )
})

test('an action is referred to as the runner protocol does', async () => {
  const job = firstJob(await fixture('steps-without-an-id-get-a-generated-one'))
  assert.deepEqual(
    job.steps.slice(1, 5).map(step => step.reference),
    [
      { type: 'script' },
      { type: 'repository', repositoryType: 'GitHub', name: 'actions/checkout', ref: 'v4' },
      { type: 'repository', repositoryType: 'self', path: './tools/action' },
      { type: 'repository', repositoryType: 'GitHub', name: 'octo/tools', ref: 'main', path: 'deep/er' },
    ],
  )
})

test('jobs keep the order of the file', async () => {
  const workflow = await fixture('jobs-keep-the-order-of-the-file')
  assert.deepEqual(
    workflow.jobs.map(job => [job.key, job.needs]),
    [
      ['zebra', ['mouse', 'ant']],
      ['mouse', ['ant']],
      ['ant', []],
      ['bee', []],
    ],
  )
})

test('dispatch inputs keep type, default and choices, and other triggers may stand beside them', async () => {
  const { dispatch } = await fixture('dispatch-inputs-of-every-type')
  const plain = { required: false, default: null, options: [], description: '' }
  assert.deepEqual(dispatch?.inputs, [
    { ...plain, name: 'name', type: 'string', required: true, description: 'who' },
    { ...plain, name: 'loud', type: 'boolean', default: true },
    { ...plain, name: 'quiet', type: 'boolean' },
    { ...plain, name: 'times', type: 'number', default: 3 },
    { ...plain, name: 'untyped', type: 'string', default: '7' },
    { ...plain, name: 'colour', type: 'choice', options: ['red', 'green'], default: 'green' },
    { ...plain, name: 'where', type: 'environment' },
    { ...plain, name: 'note', type: 'string', description: 'anything' },
  ])
})

test('a workflow without workflow_dispatch has no trigger', async () => {
  const content = "on: push\njobs: { a: { runs-on: x, steps: [{ run: 'true' }] } }\n"
  assert.equal((await parseWorkflow('push.yml', content)).dispatch, null)
})

test('every supported key arrives as the protocol writes it', async () => {
  const workflow = await fixture('every-supported-key')
  assert.equal(workflow.name, 'Everything')
  assert.deepEqual(workflow.dispatch, { inputs: [] })
  assert.deepEqual(workflow.env, {
    type: 2,
    map: [
      { Key: 'TOP', Value: { type: 3, expr: 'vars.TOP' } },
      { Key: 'NUMBER', Value: '1' },
    ],
  })
  assert.equal(workflow.permissions?.['contents'], 'read')
  const job = firstJob(workflow)
  assert.deepEqual(job.permissions, { contents: 'write', issues: 'none' })
  assert.equal(job.timeoutMinutes, 5)
  assert.deepEqual(job.continueOnError, { type: 3, expr: 'matrix.node == 24' })
  assert.deepEqual(job.outputs, {
    type: 2,
    map: [{ Key: 'path', Value: { type: 3, expr: 'steps.build.outputs.path' } }],
  })
  const [script, action] = job.steps
  assert.deepEqual(script?.inputs, {
    type: 2,
    map: [
      { Key: 'script', Value: 'make' },
      { Key: 'shell', Value: 'bash -e {0}' },
      { Key: 'workingDirectory', Value: { type: 3, expr: "format('src/{0}', matrix.node)" } },
    ],
  })
  assert.deepEqual(evaluateToken(script?.environment ?? null, { contexts: { github: { ref: 'r' } } }), {
    A: '1',
    B: 'true',
    C: 'r',
  })
  assert.equal(script?.continueOnError, true)
  assert.equal(script?.timeoutInMinutes, 2)
  assert.deepEqual(evaluateToken(action?.inputs ?? null, { contexts: { matrix: { node: 24 } } }), {
    fix: 'true',
    path: 24,
  })
})

test('anchors are resolved', async () => {
  const [first, second] = (await fixture('anchors-are-resolved')).jobs
  assert.deepEqual(second?.runsOn, first?.runsOn)
  assert.deepEqual(second?.env, first?.env)
})

test('aliases that multiply are refused before they fill the memory', async () => {
  const levels = Array.from({ length: 9 }, (_, level) => {
    const item = level === 0 ? 'x' : `*a${level - 1}`
    return `  L${level}: &a${level} [${Array(9).fill(item).join(', ')}]`
  })
  const content = `on: workflow_dispatch\nenv:\n${levels.join('\n')}\njobs: { a: { runs-on: x } }\n`
  await assert.rejects(
    parseWorkflow('bomb.yml', content),
    /more than 50000 values|A sequence was not expected/,
  )
})

test('a long script may hold an expression only up to the length GitHub evaluates', async () => {
  const script = (length: number) => `on: workflow_dispatch
jobs:
  a:
    runs-on: x
    steps:
      - run: echo \${{ github.ref }} ${'x'.repeat(length)}
`
  await parseWorkflow('long.yml', script(20_000))
  await assert.rejects(
    parseWorkflow('long.yml', script(21_000)),
    /^RelayError: long.yml:6: .* 21000 characters/,
  )
})

test('line ends of Windows and a last line without end are read like any other', async () => {
  const lines = ['on: workflow_dispatch', 'jobs:', '  a:', '    runs-on: x', '    steps:', '      - run: |']
  const content = [...lines, `          one \${{ inputs.who }}`, '            two'].join('\r\n')
  const job = firstJob(await parseWorkflow('crlf.yml', content))
  assert.equal(scriptOf(job, '__run'), 'one world\n  two\n')
})

test('anything that is no workflow is refused with one sentence and no stack', async () => {
  const hostile = [
    '',
    '   \n',
    '- a\n- b\n',
    'just text',
    '{',
    '? [a]\n: b\n',
    '\u0000',
    'on: &a [*a]\njobs: *a\n',
    '['.repeat(30_000),
  ]
  for (const content of hostile) {
    await assert.rejects(
      parseWorkflow('x.yml', content),
      error =>
        error instanceof RelayError && error.code === 'invalid_workflow' && error.message.startsWith('x.yml'),
      content.slice(0, 40),
    )
  }
})

test('repository_dispatch is read in every form of `on`, beside other triggers', async () => {
  const job = 'jobs: {a: {runs-on: x, steps: [{run: echo}]}}'
  const trigger = async (on: string) => (await parseWorkflow('w.yml', `on: ${on}\n${job}`)).repositoryDispatch
  for (const on of [
    'repository_dispatch',
    '[push, repository_dispatch]',
    '{repository_dispatch: , push: }',
  ]) {
    assert.deepEqual(await trigger(on), { types: [] }, on)
  }
  assert.deepEqual(await trigger('{repository_dispatch: {types: [a, b]}}'), { types: ['a', 'b'] })
  assert.equal(await trigger('push'), null)
})
