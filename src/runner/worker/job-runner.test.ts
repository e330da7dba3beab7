import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { type TestContext, test } from 'node:test'
import { expression, mapping, scriptStep } from '../../../test/support/scripted-hub.ts'
import { type Bench, workerBench } from '../../../test/support/worker-job.ts'
import { listMarked } from '../../base/process-tree.ts'
import { encodeContextData } from '../../protocol/context-data.ts'
import type { JobMessage, StepMessage } from '../../protocol/job-message.ts'
import { trackingVariable } from '../../protocol/worker-ipc.ts'
import { runJob } from './job-runner.ts'

const never = new AbortController().signal
const undisturbed = { cancel: never, abandoned: never, runnerStops: never }

/** Runs the steps as one job and gives the bench to look at what the hub got. */
async function run(
  t: TestContext,
  steps: readonly StepMessage[],
  more: Partial<JobMessage> = {},
): Promise<Bench & { readonly conclusion: string; readonly message: JobMessage }> {
  const bench = await workerBench(t)
  const message = bench.hub.job(steps, more)
  const { conclusion } = await runJob(bench.job(message), undisturbed)
  return { ...bench, conclusion, message }
}

test('a step hands outputs, variables and PATH folders to the next', async t => {
  const first = scriptStep(
    [
      'echo "word=two words" >> "$GITHUB_OUTPUT"',
      'echo "::set-output name=old::way"',
      'printf "LINES<<END\\none\\ntwo\\nEND\\n" >> "$GITHUB_ENV"',
      'mkdir -p tools && printf "#!/bin/sh\\necho from-tool" > tools/mytool && chmod +x tools/mytool',
      'echo "$PWD/tools" >> "$GITHUB_PATH"',
    ].join('\n'),
    { contextName: 'first' },
  )
  const second = scriptStep('mytool; echo "<$WORD/$OLD>"; echo "$LINES"', {
    environment: mapping({
      WORD: expression('steps.first.outputs.word'),
      OLD: expression('steps.first.outputs.old'),
    }),
  })
  const { hub, conclusion } = await run(t, [first, second], {
    jobOutputs: mapping({ result: expression('steps.first.outputs.word'), empty: expression("''") }),
  })
  assert.equal(conclusion, 'succeeded')
  assert.match(hub.log(second.id), /^from-tool\n<two words\/way>\none\ntwo$/m)
  assert.deepEqual(hub.completions[0]?.outputs, { result: { value: 'two words' } })
})

test('after a failure only steps that ask for it run, and the job fails', async t => {
  const failing = scriptStep('exit 3', { contextName: 'failing' })
  const skipped = scriptStep('echo never')
  const onFailure = scriptStep('echo "outcome $OUTCOME"', {
    condition: 'failure()',
    environment: mapping({ OUTCOME: expression('steps.failing.outcome') }),
  })
  const always = scriptStep('echo "status $STATUS"', {
    condition: 'always()',
    environment: mapping({ STATUS: expression('job.status') }),
  })
  const { hub, conclusion } = await run(t, [failing, skipped, onFailure, always])
  assert.equal(conclusion, 'failed')
  assert.match(hub.log(failing.id), /##\[error\]Process completed with exit code 3\.$/m)
  assert.equal(hub.log(skipped.id), '')
  assert.match(hub.log(onFailure.id), /^outcome failure$/m)
  assert.match(hub.log(always.id), /^status failure$/m)
  const conclusions = hub.completions[0]?.stepResults.map(step => step.conclusion)
  assert.deepEqual(conclusions, ['succeeded', 'failed', 'skipped', 'succeeded', 'succeeded', 'succeeded'])
})

test('continue-on-error forgives a step but remembers its outcome', async t => {
  const failing = scriptStep('false', { contextName: 'shaky', continueOnError: true })
  const next = scriptStep('echo "$OUTCOME then $CONCLUSION"', {
    environment: mapping({
      OUTCOME: expression('steps.shaky.outcome'),
      CONCLUSION: expression('steps.shaky.conclusion'),
    }),
  })
  const { hub, conclusion } = await run(t, [failing, next])
  assert.equal(conclusion, 'succeeded')
  assert.match(hub.log(next.id), /^failure then success$/m)
})

test('a step that cannot be started says why, and a cleared temp folder is no reason', async t => {
  const steps = [
    scriptStep('rm -rf "$RUNNER_TEMP"'),
    scriptStep('true', { workingDirectory: 'nowhere' }),
    scriptStep('true', { shell: 'nosuch {0}' }),
    scriptStep('true', { environment: mapping({ LONG: 'x'.repeat(3_000_000) }) }),
  ].map(step => ({ ...step, continueOnError: true }))
  const { hub, conclusion } = await run(t, steps)
  assert.equal(conclusion, 'succeeded')
  const errors = steps.map(({ id }) => hub.log(id).match(/##\[error\](.*)/)?.[1])
  assert.match(
    errors[1] ?? '',
    /^bash could not be started: the working directory \/.*\/nowhere does not exist\.$/,
  )
  assert.deepEqual(
    [errors[0], errors[2], errors[3]],
    [
      undefined,
      'nosuch could not be started: it does not exist.',
      'bash could not be started: its environment or arguments are too long.',
    ],
  )
})

test('each shell starts a script its own way, and pwsh is refused', async t => {
  const bash = scriptStep('false | true; echo survived', { shell: 'sh' })
  const pipefail = scriptStep('false | true; echo survived', { shell: 'bash', continueOnError: true })
  const python = scriptStep('import os\nprint("py", os.getcwd().endswith("sub"))', {
    shell: 'python',
    workingDirectory: 'sub',
  })
  const custom = scriptStep('some text', { shell: 'cat -n {0}' })
  const pwsh = scriptStep('Get-Date', { shell: 'pwsh' })
  const { hub } = await run(t, [scriptStep('mkdir sub'), bash, pipefail, python, custom, pwsh])
  assert.match(hub.log(bash.id), /^survived$/m)
  assert.doesNotMatch(hub.log(pipefail.id), /^survived$/m)
  assert.match(hub.log(pipefail.id), /^shell: \S*bash --noprofile --norc -e -o pipefail \{0\}$/m)
  assert.match(hub.log(python.id), /^py True$/m)
  assert.match(hub.log(custom.id), /^\s+1\tsome text$/m)
  assert.match(hub.log(pwsh.id), /##\[error\]The shell 'pwsh' is not built yet/)
})

test('secrets leave masked: in the log, in annotations, in the summary, in base64', async t => {
  const step = scriptStep(
    [
      'echo "plain $KEY"; echo "encoded $(printf %s "$KEY" | base64)"',
      'echo "::error title=T $KEY::bad $KEY"',
      'echo "the $KEY" >> "$GITHUB_STEP_SUMMARY"',
      'LATER=$(printf found-%s later); echo "::add-mask::$LATER"; echo "now $LATER"',
      'echo "leak=$KEY" >> "$GITHUB_OUTPUT"',
    ].join('\n'),
    { contextName: 'leaky', environment: mapping({ KEY: expression('secrets.API_KEY') }) },
  )
  const bench = await workerBench(t)
  const message = bench.hub.job([step], {
    jobOutputs: mapping({ leak: expression('steps.leaky.outputs.leak') }),
  })
  const variables = { ...message.variables, API_KEY: { value: 'sk-hunter2-hunter2', isSecret: true } }
  await runJob(bench.job({ ...message, variables }), undisturbed)
  const { hub } = bench
  const everything = JSON.stringify([[...hub.blobs], hub.completions, [...hub.steps]])
  assert.doesNotMatch(everything, /hunter2|aHVudGVy|found-later/)
  assert.match(hub.log(step.id), /^plain \*\*\*$/m)
  assert.match(hub.log(step.id), /^now \*\*\*$/m)
  assert.equal(hub.annotations[0]?.title, 'T ***')
  assert.equal(hub.blobs.get(`summary/${step.id}`)?.trim(), 'the ***')
  assert.deepEqual(hub.completions[0]?.outputs, {})
  assert.match(hub.fullLog, /Skip output 'leak' since it may contain secret/)
})

test('a timeout ends the step with all its processes, those in a session of their own too', async t => {
  const step = scriptStep('setsid sleep 300 & echo started; sleep 300', { timeoutInMinutes: 0.01 })
  const { hub, conclusion, message } = await run(t, [step])
  assert.equal(conclusion, 'failed')
  assert.match(hub.log(step.id), /##\[error\]The action 'Run setsid .*' has timed out after 0\.01 minutes\./)
  assert.deepEqual(await listMarked({ name: trackingVariable, value: message.jobId }), [])
})

test('a cancelled job interrupts its step, still runs always(), and is reported as cancelled', async t => {
  const bench = await workerBench(t)
  const running = scriptStep('echo started; sleep 300')
  const skipped = scriptStep('echo never')
  const always = scriptStep('echo cleaning up', { condition: 'always()' })
  const message = bench.hub.job([running, skipped, always])
  const cancel = new AbortController()
  const end = runJob(bench.job(message), { ...undisturbed, cancel: cancel.signal })
  await bench.hub.until(() => (/^started$/m.test(bench.hub.log(running.id)) ? true : undefined))
  cancel.abort()
  assert.deepEqual(await end, { conclusion: 'canceled', reported: true })
  assert.match(bench.hub.log(running.id), /##\[error\]The operation was canceled\./)
  assert.equal(bench.hub.log(skipped.id), '')
  assert.match(bench.hub.log(always.id), /^cleaning up$/m)
  assert.deepEqual(bench.hub.completions[0]?.annotations, [])
})

test('a job cancelled before it began runs nothing but always()', async t => {
  const bench = await workerBench(t)
  const plain = scriptStep('echo never')
  const always = scriptStep('echo "cancelled: $C"', {
    condition: 'always()',
    environment: mapping({ C: expression('cancelled()') }),
  })
  const job = bench.job(bench.hub.job([plain, always]))
  const { conclusion } = await runJob(job, { ...undisturbed, cancel: AbortSignal.abort() })
  assert.equal(conclusion, 'canceled')
  assert.equal(bench.hub.log(plain.id), '')
  assert.match(bench.hub.log(always.id), /^cancelled: true$/m)
})

test('steps read the matrix, the inputs, what the job needs, and its defaults', async t => {
  const step = scriptStep('echo "$SUM in $(basename "$PWD")"', {
    environment: mapping({
      SUM: expression("format('{0}-{1}-{2}', matrix.os, inputs.url, needs.first.outputs.x)"),
    }),
  })
  const { hub, conclusion } = await run(t, [scriptStep('mkdir below', { workingDirectory: '.' }), step], {
    contextData: {
      github: encodeContextData({ repository: 'octo/queue' }),
      matrix: encodeContextData({ os: 'linux' }),
      inputs: encodeContextData({ url: 'u' }),
      needs: encodeContextData({ first: { result: 'success', outputs: { x: 'y' } } }),
    },
    defaults: [mapping({ run: mapping({ shell: 'bash', 'working-directory': 'below' }) })],
  })
  assert.equal(conclusion, 'succeeded')
  assert.match(hub.log(step.id), /^linux-u-y in below$/m)
})

test('log lines arrive while the step still runs', async t => {
  const bench = await workerBench(t)
  const step = scriptStep(`echo first; until [ -e ${bench.dir}/seen ]; do sleep 0.02; done; echo last`)
  const end = runJob(bench.job(bench.hub.job([step])), undisturbed)
  await bench.hub.until(() => (/^first$/m.test(bench.hub.log(step.id)) ? true : undefined))
  await bench.hub.until(() => (bench.hub.steps.get(step.id)?.status === 3 ? true : undefined))
  assert.doesNotMatch(bench.hub.log(step.id), /^last$/m)
  await writeFile(`${bench.dir}/seen`, '')
  await end
  assert.match(bench.hub.log(step.id), /^last$/m)
  assert.equal(bench.hub.lineCounts.get(step.id), bench.hub.log(step.id).trimEnd().split('\n').length)
})

test('a job sees the runner and the job in its environment, but nothing of the shell that started the runner', async t => {
  process.env['OWNERS_SECRET'] = 'of-the-shell'
  t.after(() => delete process.env['OWNERS_SECRET'])
  const step = scriptStep('env')
  const bench = await workerBench(t)
  const message = bench.hub.job([step], {
    environmentVariables: [mapping({ GREETING: 'hi', GITHUB_SHA: 'forged' })],
  })
  await runJob(bench.job(message, { passEnv: { RELAYQ_CACHE_HOME: '/cache' } }), undisturbed)
  const env = Object.fromEntries(
    bench.hub
      .log(step.id)
      .split('\n')
      .map(line => line.split('=', 2)),
  )
  assert.equal(env['OWNERS_SECRET'], undefined)
  assert.equal(env['ACTIONS_RUNTIME_TOKEN'], undefined)
  assert.equal(env['GREETING'], 'hi')
  assert.equal(env['GITHUB_SHA'], 'abc')
  assert.equal(env['RELAYQ_CACHE_HOME'], '/cache')
  assert.equal(env['CI'], 'true')
  assert.equal(env['RUNNER_NAME'], 'tester')
  assert.equal(env[trackingVariable], message.jobId)
  assert.match(env['GITHUB_WORKSPACE'] ?? '', /\/work\/queue\/queue$/)
  assert.ok(env['HOME']?.startsWith(bench.dir))
  assert.ok(env['PATH']?.startsWith(`${bench.dir}/bin:`))
})

test('output that is not text, never ends or redraws itself is survived', async t => {
  const script = [
    'import sys',
    'out = sys.stdout.buffer',
    'out.write(b"bad \\xff\\xfe utf-8\\n")',
    'out.write(b"1%\\r50%\\r100%\\n")',
    'out.write(b"x" * 300000 + b"\\n")',
    'out.write(b"no newline at the end")',
  ].join('\n')
  const step = scriptStep(script, { shell: 'python' })
  const { hub, conclusion } = await run(t, [step])
  assert.equal(conclusion, 'succeeded')
  const log = hub.log(step.id)
  assert.match(log, /^bad \ufffd\ufffd utf-8$/m)
  assert.match(log, /^100%$/m)
  assert.match(log, /^x{60000,70000} … \[cut\]$/m)
  assert.match(log, /^no newline at the end$/m)
})

test('ten annotations of each level are kept for a step', async t => {
  const step = scriptStep(
    'for i in $(seq 15); do echo "::warning file=a.ts,line=$i::w$i"; done; echo "::notice::n"',
  )
  const { hub } = await run(t, [step])
  const levels = hub.annotations.map(annotation => annotation.level)
  assert.equal(levels.filter(level => level === 'warning').length, 10)
  assert.deepEqual(hub.annotations[0], {
    level: 'warning',
    message: 'w1',
    path: 'a.ts',
    startLine: 1,
    stepNumber: 2,
  })
  assert.equal(levels.at(-1), 'notice')
})

test('processes left behind end with the job, and its folder goes, read-only parts included', async t => {
  const step = scriptStep(
    'nohup setsid sleep 300 >/dev/null 2>&1 & mkdir -p deep/er && touch deep/er/file && chmod -R a-w deep',
  )
  const bench = await workerBench(t)
  const message = bench.hub.job([step])
  const job = bench.job(message)
  await runJob(job, undisturbed)
  assert.deepEqual(await listMarked({ name: trackingVariable, value: message.jobId }), [])
  assert.match(bench.hub.fullLog, /Terminate orphan process: pid \(\d+\)/)
  assert.equal(existsSync(job.jobDir), false)
})

test('step updates only grow, and a step is seen pending, in progress and completed', async t => {
  const { hub } = await run(t, [scriptStep('echo one'), scriptStep('echo two')])
  assert.deepEqual(
    hub.changeOrders,
    [...hub.changeOrders].sort((a, b) => a - b),
  )
  assert.deepEqual(
    [...hub.steps.values()].map(({ number, name, status, conclusion }) => ({
      number,
      name,
      status,
      conclusion,
    })),
    [
      { number: 1, name: 'Set up job', status: 6, conclusion: 2 },
      { number: 2, name: 'Run echo one', status: 6, conclusion: 2 },
      { number: 3, name: 'Run echo two', status: 6, conclusion: 2 },
      { number: 4, name: 'Complete job', status: 6, conclusion: 2 },
    ],
  )
})

test('an expression that cannot be evaluated fails its step with the reason', async t => {
  const broken = scriptStep('echo never', { environment: mapping({ A: expression("fromJSON('{')") }) })
  const { hub, conclusion } = await run(t, [broken])
  assert.equal(conclusion, 'failed')
  assert.match(hub.log(broken.id), /##\[error\]The expression \$\{\{ fromJSON/)
})
