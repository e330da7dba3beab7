import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parseWorkflow } from './parse.ts'
import {
  evaluateConcurrency,
  evaluateRunName,
  type JobPlan,
  jobsInOrder,
  type NeedResult,
  type PlanContexts,
  planJob,
} from './plan.ts'
import { resolveDispatchInputs } from './triggers.ts'
import type { Workflow } from './workflow.ts'

const contexts: PlanContexts = {
  github: { ref: 'refs/heads/main', run_id: '7', event: { label: 'rpi4' } },
  inputs: {},
  vars: {},
  needs: {},
}

function fixture(name: string): Promise<Workflow> {
  return parseWorkflow(
    name,
    readFileSync(new URL(`../../test/workflows/${name}.yml`, import.meta.url), 'utf8'),
  )
}

function plan(
  workflow: Workflow,
  key: string,
  given: Partial<PlanContexts> = {},
  cancelled = false,
): JobPlan {
  const job = workflow.jobs.find(candidate => candidate.key === key)
  assert.ok(job, key)
  return planJob(workflow, job, { ...contexts, ...given }, { cancelled })
}

function instances(planned: JobPlan) {
  assert.equal(planned.kind, 'ready', JSON.stringify(planned))
  return planned.instances
}

function need(result: NeedResult['result'], outputs: Record<string, string> = {}): NeedResult {
  return { result, outputs }
}

/** A workflow of one line per job: what follows its key is put into it as YAML. */
function workflowOf(jobs: Record<string, string>, head = ''): Promise<Workflow> {
  const bodies = Object.entries(jobs).map(
    ([key, body]) =>
      `  ${key}:\n    runs-on: self-hosted\n    steps: [{ run: 'true' }]\n${body && `    ${body}\n`}`,
  )
  return parseWorkflow('w.yml', `on: workflow_dispatch\n${head}jobs:\n${bodies.join('')}`)
}

for (const [file, runsOn] of [
  ['job.yml', ['self-hosted']],
  ['transcribe_audio.yml', ['self-hosted', 'audio']],
  ['transcribe_mac.yml', ['self-hosted', 'macmini']],
  ['transcribe_rpi.yml', ['self-hosted', 'rpi4']],
  ['run_command.yml', ['self-hosted']],
] as const) {
  test(`${file} of this repository is planned, routed and not`, async () => {
    const path = `.github/workflows/${file}`
    const workflow = await parseWorkflow(
      path,
      readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'),
    )
    assert.ok(workflow.dispatch)
    const given = { 'job.yml': { kind: 'transcribe', inputs: '{}' }, 'run_command.yml': { script: 'x.sh' } }[
      file as string
    ] ?? { url: 'http://x' }
    const resolved = resolveDispatchInputs(workflow.dispatch, { ...given, relayq_id: 'j1.1' })
    assert.equal(resolved.kind, 'ok')
    const run = { ...contexts, inputs: resolved.inputs }
    assert.match(evaluateRunName(workflow, run), /\[j1\.1\]$/)
    assert.deepEqual(evaluateConcurrency(workflow.concurrency, run), {
      group: 'relayq-j1.1',
      cancelInProgress: false,
      queue: 'single',
    })
    const [job] = workflow.jobs
    assert.ok(job)
    const [instance] = instances(planJob(workflow, job, run, { cancelled: false }))
    assert.deepEqual(instance?.runsOn, runsOn)
    assert.equal(instance?.timeoutMinutes, 360)
    const own = { runs_on: '["rpi3"]', timeout_minutes: '45', relayq_group: 'j1' }
    const routed = { ...run, inputs: { ...resolved.inputs, ...own } }
    const [sent] = instances(planJob(workflow, job, routed, { cancelled: false }))
    assert.deepEqual([sent?.runsOn, sent?.timeoutMinutes], [['rpi3'], 45])
    assert.equal(evaluateConcurrency(workflow.concurrency, routed)?.group, 'relayq-j1')
  })
}

test('a plain job has one instance, named by its key', async () => {
  const workflow = await workflowOf({ build: '' })
  assert.deepEqual(plan(workflow, 'build'), {
    kind: 'ready',
    failFast: true,
    maxParallel: null,
    instances: [
      {
        name: 'build',
        matrix: null,
        strategy: { jobIndex: 0, jobTotal: 1, failFast: true, maxParallel: 1 },
        runsOn: ['self-hosted'],
        timeoutMinutes: 360,
        continueOnError: false,
        concurrency: null,
      },
    ],
  })
})

test('each element of a matrix is an instance with its own name, labels and limits', async () => {
  const planned = plan(await fixture('every-supported-key'), 'build')
  assert.deepEqual(
    [planned.kind === 'ready' && planned.failFast, planned.kind === 'ready' && planned.maxParallel],
    [false, 1],
  )
  assert.deepEqual(
    instances(planned).map(instance => [
      instance.name,
      instance.matrix,
      instance.continueOnError,
      instance.timeoutMinutes,
    ]),
    [
      ['Build it (20)', { node: 20 }, false, 5],
      ['Build it (24)', { node: 24 }, true, 5],
    ],
  )
  assert.deepEqual(instances(planned)[1]?.strategy, {
    jobIndex: 1,
    jobTotal: 2,
    failFast: false,
    maxParallel: 1,
  })
  assert.equal(instances(planned)[1]?.concurrency?.group, 'build-24')
})

test('names show the vectors of a combination, not what an include added', async () => {
  const workflow = await fixture('matrix-with-include-and-exclude')
  assert.deepEqual(
    instances(plan(workflow, 'test')).map(instance => [instance.name, instance.runsOn]),
    [
      ['test (linux, 20)', ['linux']],
      ['test (linux, 24)', ['linux']],
      ['test (mac, 24)', ['mac']],
      ['test (windows, 24)', ['windows']],
    ],
  )
})

test('a name with an expression stands alone, and a long one is cut', async () => {
  const strategy = 'strategy: { matrix: { node: [20, 24] } }'
  const workflow = await workflowOf({
    named: `${strategy}\n    name: On \${{ matrix.node }}`,
    long: `name: ${'x'.repeat(120)}`,
  })
  assert.deepEqual(
    instances(plan(workflow, 'named')).map(instance => instance.name),
    ['On 20', 'On 24'],
  )
  assert.equal(instances(plan(workflow, 'long'))[0]?.name, `${'x'.repeat(97)}...`)
})

test('a matrix may come from the output of a needed job', async () => {
  const workflow = await fixture('matrix-with-include-and-exclude')
  const parts = (json: string) =>
    plan(workflow, 'from-output', { needs: { test: need('success', { parts: json }) } })
  assert.deepEqual(
    instances(parts('["a","b"]')).map(instance => instance.matrix),
    [{ part: 'a' }, { part: 'b' }],
  )
  assert.match(failure(parts('[]')), /'part' does not contain any values/)
  assert.match(failure(parts('nonsense')), /fromJSON/)
})

test('a whole matrix, a strategy or a list of includes may be an expression', async () => {
  const workflow = await workflowOf({
    matrix: `strategy: { matrix: "\${{ fromJSON('{\\"os\\":[\\"a\\",\\"b\\"]}') }}" }`,
    strategy: `strategy: "\${{ fromJSON('{\\"max-parallel\\":1,\\"matrix\\":{\\"os\\":[\\"a\\"]}}') }}"`,
    include: `strategy: { matrix: { include: "\${{ fromJSON('[{\\"os\\":\\"a\\"}]') }}" } }`,
  })
  assert.deepEqual(
    instances(plan(workflow, 'matrix')).map(instance => instance.matrix),
    [{ os: 'a' }, { os: 'b' }],
  )
  assert.deepEqual(
    instances(plan(workflow, 'include')).map(instance => instance.name),
    ['include (a)'],
  )
  const planned = plan(workflow, 'strategy')
  assert.deepEqual(
    instances(planned).map(instance => instance.matrix),
    [{ os: 'a' }],
  )
  assert.equal(planned.kind === 'ready' && planned.maxParallel, 1)
  const inserted = instances(plan(await fixture('env-merges-an-inserted-mapping'), 'insert'))
  assert.deepEqual(
    inserted.map(instance => instance.matrix),
    [{ os: 'linux' }, { os: 'mac' }],
  )
})

function failure(planned: JobPlan): string {
  assert.equal(planned.kind, 'failed', JSON.stringify(planned))
  return planned.message
}

test('runs-on is taken in every form', async () => {
  const workflow = await fixture('runs-on-in-every-form')
  const labels = (key: string) => instances(plan(workflow, key)).map(instance => instance.runsOn)
  assert.deepEqual(labels('one-label'), [['rpi4']])
  assert.deepEqual(labels('several-labels'), [['self-hosted', 'audio']])
  assert.deepEqual(labels('labels-with-an-expression'), [['self-hosted', 'rpi4']])
  assert.deepEqual(labels('from-json'), [['self-hosted', 'audio']])
  assert.deepEqual(labels('only-labels'), [['self-hosted', 'rpi3']])
  assert.deepEqual(labels('matrix-value'), [['rpi3'], ['rpi4']])
})

test('a runs-on that gives no labels fails the job with the file and the reason', async () => {
  const workflow = await fixture('runs-on-in-every-form')
  const message = (runs_on: string) => failure(plan(workflow, 'from-json', { inputs: { runs_on } }))
  assert.match(
    message('[]'),
    /^runs-on-in-every-form: job 'from-json': 'runs-on' must be one or more runner labels/,
  )
  assert.match(message('[1]'), /one or more runner labels/)
  assert.match(message('{"group":"big"}'), /runner group/)
  assert.match(message('[oops'), /fromJSON/)
})

test('a job is skipped where a job it needs did not succeed, unless its condition asks for it', async () => {
  const workflow = await workflowOf({
    a: '',
    b: 'needs: a',
    always: 'needs: a\n    if: always()',
    failed: 'needs: a\n    if: failure()',
    named: "needs: a\n    if: failure('a') && needs.a.outputs.x == 'y'",
  })
  const kind = (key: string, result: NeedResult['result'], cancelled = false) =>
    plan(workflow, key, { needs: { a: need(result, { x: 'y' }) } }, cancelled).kind
  assert.equal(kind('b', 'success'), 'ready')
  for (const result of ['failure', 'cancelled', 'skipped'] as const)
    assert.equal(kind('b', result), 'skipped')
  for (const result of ['failure', 'cancelled', 'skipped'] as const)
    assert.equal(kind('always', result), 'ready')
  assert.equal(kind('failed', 'failure'), 'ready')
  assert.equal(kind('failed', 'skipped'), 'skipped')
  assert.equal(kind('named', 'failure'), 'ready')
  assert.equal(kind('b', 'success', true), 'skipped')
  assert.equal(kind('always', 'success', true), 'ready')
})

test('a job skipped far up skips what follows, though the job between ran', async () => {
  const workflow = await workflowOf({ a: '', b: 'needs: a\n    if: always()', c: 'needs: b' })
  const needs = { b: need('success') }
  assert.equal(plan(workflow, 'c', { needs, ancestors: ['success', 'skipped'] }).kind, 'skipped')
  assert.equal(plan(workflow, 'c', { needs, ancestors: ['success', 'success'] }).kind, 'ready')
})

test('a run is called by its run-name, else by its workflow', async () => {
  const named = await workflowOf({ a: '' }, `name: Named\nrun-name: Greet \${{ inputs.who }}\n`)
  assert.equal(evaluateRunName(named, { ...contexts, inputs: { who: 'all' } }), 'Greet all')
  const blank = await workflowOf({ a: '' }, `name: Named\nrun-name: \${{ inputs.who }}\n`)
  assert.equal(evaluateRunName(blank, contexts), 'Named')
  assert.equal(evaluateRunName(await workflowOf({ a: '' }), contexts), 'w.yml')
})

test('concurrency is a group, with or without the rest', async () => {
  const setting = async (yaml: string) =>
    evaluateConcurrency((await workflowOf({ a: '' }, `concurrency: ${yaml}\n`)).concurrency, contexts)
  assert.equal(evaluateConcurrency(null, contexts), null)
  assert.deepEqual(await setting(`g-\${{ github.run_id }}`), {
    group: 'g-7',
    cancelInProgress: false,
    queue: 'single',
  })
  assert.deepEqual(await setting('{ group: g, queue: max }'), {
    group: 'g',
    cancelInProgress: false,
    queue: 'max',
  })
  assert.deepEqual(await setting(`{ group: g, cancel-in-progress: "\${{ github.run_id == '7' }}" }`), {
    group: 'g',
    cancelInProgress: true,
    queue: 'single',
  })
  await assert.rejects(setting(`\${{ github.head_ref }}`), /must not be empty/)
  await assert.rejects(
    setting(`{ group: g, queue: max, cancel-in-progress: "\${{ github.run_id == '7' }}" }`),
    /both/,
  )
})

test('jobs are put behind what they need', async () => {
  const workflow = await fixture('jobs-keep-the-order-of-the-file')
  assert.deepEqual(
    jobsInOrder(workflow).map(job => job.key),
    ['ant', 'bee', 'mouse', 'zebra'],
  )
  const [ant] = workflow.jobs
  assert.ok(ant)
  assert.throws(() => jobsInOrder({ ...workflow, jobs: [{ ...ant, needs: [ant.key] }] }), /need each other/)
})
