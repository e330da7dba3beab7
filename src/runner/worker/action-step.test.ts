import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { expression, mapping, type ScriptedHub, scriptStep } from '../../../test/support/scripted-hub.ts'
import { workerBench } from '../../../test/support/worker-job.ts'
import type { StepReference } from '../../model/step-reference.ts'
import type { StepMessage } from '../../protocol/job-message.ts'
import { runJob } from './job-runner.ts'

const never = new AbortController().signal
const undisturbed = { cancel: never, abandoned: never, runnerStops: never }

const fixtures = join(import.meta.dirname, '../../../test/fixtures/actions')

/** Does what a checkout would: the actions lie in the workspace. */
function checkout(): StepMessage {
  return scriptStep(`cp -R '${fixtures}' actions`)
}

function uses(reference: StepReference, more: Partial<StepMessage> = {}): StepMessage {
  const { inputs: _, ...step } = scriptStep('')
  return { ...step, reference, ...more }
}

function usesLocal(name: string, more: Partial<StepMessage> = {}): StepMessage {
  return uses({ type: 'repository', repositoryType: 'self', path: `./actions/${name}` }, more)
}

async function run(
  t: TestContext,
  steps: readonly StepMessage[],
): Promise<{ hub: ScriptedHub; conclusion: string }> {
  const { hub, job } = await workerBench(t)
  const { conclusion } = await runJob(job(hub.job(steps)), undisturbed)
  return { hub, conclusion }
}

test('a JavaScript action gets its inputs and services, and its post script its state', async t => {
  const step = usesLocal('act', { contextName: 'act', inputs: mapping({ 'who-it-is': 'you' }) })
  const after = scriptStep('echo "answer $A"', {
    environment: mapping({ A: expression('steps.act.outputs.answer') }),
  })
  const { hub, conclusion } = await run(t, [checkout(), step, after])
  assert.equal(conclusion, 'succeeded')
  assert.match(hub.log(step.id), /^hello octo\/queue you\ntoken there\nresults http/m)
  assert.match(hub.log(after.id), /^answer 42$/m)
  const post = hub.stepNamed('Post Run ./actions/act')
  assert.match(hub.log(post?.external_id ?? ''), /^post has from main$/m)
})

test('an action from an archive runs its pre script before all steps', async t => {
  const { hub, dir, job } = await workerBench(t)
  mkdirSync(join(dir, 'octo_early'))
  execFileSync('tar', ['-C', fixtures, '-czf', join(dir, 'octo_early/v1.tar.gz'), 'early'])
  const first = scriptStep('echo "first sees $EARLY"')
  const step = uses(
    { type: 'repository', repositoryType: 'GitHub', name: 'octo/early', ref: 'v1' },
    { inputs: mapping({ word: 'hello' }) },
  )
  const work = job(hub.job([first, step]), { actionArchiveCache: dir })
  const { conclusion } = await runJob(work, undisturbed)
  assert.equal(conclusion, 'succeeded')
  const names = [...hub.steps.values()].sort((a, b) => a.number - b.number).map(({ name }) => name)
  assert.deepEqual(names.slice(0, 2), ['Set up job', 'Pre Run octo/early@v1'])
  assert.match(hub.fullLog, /Using octo\/early@v1 from .*\.tar\.gz[\s\S]*^pre got hello$/m)
  assert.match(hub.log(first.id), /^first sees set by pre$/m)
  assert.match(hub.log(step.id), /^main knows by pre$/m)
})

test('post scripts run in reverse order, after a failure too', async t => {
  const { hub, conclusion } = await run(t, [checkout(), usesLocal('one'), usesLocal('two')])
  assert.equal(conclusion, 'failed')
  assert.match(hub.fullLog, /post of two[\s\S]*post of one/)
})

test('composite actions nest: inputs, outputs, conditions, variables and their own steps context', async t => {
  const outer = usesLocal('outer', { contextName: 'outer', inputs: mapping({ name: 'Ada' }) })
  const after = scriptStep('echo "$G $SHARED"', {
    environment: mapping({ G: expression('steps.outer.outputs.greeting') }),
  })
  const { hub, conclusion } = await run(t, [checkout(), outer, after])
  assert.equal(conclusion, 'succeeded')
  assert.match(hub.log(outer.id), /^outer saw hi Ada! and from-inner in .*\/outer$/m)
  assert.doesNotMatch(hub.log(outer.id), /^never$/m)
  assert.match(hub.log(after.id), /^hi Ada! from-inner$/m)
})

test('a failing step of a composite action fails the step that uses it', async t => {
  const bad = usesLocal('bad')
  const { hub, conclusion } = await run(t, [checkout(), bad])
  assert.equal(conclusion, 'failed')
  assert.match(hub.log(bad.id), /exit code 4\./)
  assert.doesNotMatch(hub.log(bad.id), /^never$/m)
  assert.match(hub.log(bad.id), /^tidy$/m)
})

test('an action that uses itself is stopped', async t => {
  const loop = usesLocal('loop')
  const { hub, conclusion } = await run(t, [checkout(), loop])
  assert.equal(conclusion, 'failed')
  assert.match(hub.log(loop.id), /more than 10 deep/)
})

test('an action that cannot be had fails the job before any of its steps', async t => {
  const first = scriptStep('echo never')
  const missing = uses({ type: 'repository', repositoryType: 'GitHub', name: 'octo/none', ref: 'v1' })
  const { hub, conclusion } = await run(t, [first, missing])
  assert.equal(conclusion, 'failed')
  assert.equal(hub.log(first.id), '')
  assert.match(
    hub.fullLog,
    /##\[error\]There is no archive of the action octo\/none@v1 at hand\. Put its \.tar\.gz at .*--actions network\.$/m,
  )
})

test('a cancelled composite action runs its always() steps, and one under always() all of its own', async t => {
  const { hub, job } = await workerBench(t)
  const cancel = new AbortController()
  const long = usesLocal('stubborn')
  const late = usesLocal('outer', { condition: 'always()', inputs: mapping({ name: 'Ada' }) })
  const message = hub.job([checkout(), long, late])
  const end = runJob(job(message), { ...undisturbed, cancel: cancel.signal })
  await hub.until(() => (/^=> marker/m.test(hub.log(long.id)) ? true : undefined))
  cancel.abort()
  assert.equal((await end).conclusion, 'canceled')
  assert.match(hub.log(long.id), /^=> tidied inside$/m)
  assert.doesNotMatch(hub.log(long.id), /^=> never$/m)
  assert.match(hub.log(late.id), /^outer saw hi Ada!/m)
})

test('a composite action that takes too long runs nothing more', async t => {
  const { hub, job } = await workerBench(t)
  const long = usesLocal('stubborn', { timeoutInMinutes: 0.005 })
  const { conclusion } = await runJob(job(hub.job([checkout(), long])), undisturbed)
  assert.equal(conclusion, 'failed')
  assert.match(hub.log(long.id), /has timed out after 0\.005 minutes/)
  assert.doesNotMatch(hub.log(long.id), /^=> (never|tidied inside)$/m)
})
