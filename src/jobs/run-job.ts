import { join } from 'node:path'
import { asError, RelayError } from '../base/errors.ts'
import { oneLine } from '../base/one-line.ts'
import { explainSystemError } from '../base/system-error.ts'
import { sumCosts } from '../model/cost.ts'
import type { Finding } from '../model/finding.ts'
import { requireKind } from '../model/inputs.ts'
import type { KindName } from '../model/kinds.ts'
import type { JobResult } from '../model/result.ts'
import { command } from './command.ts'
import type { JobContext } from './context.ts'
import { deliver } from './deliver.ts'
import { engineSummary } from './engine-summary.ts'
import { EngineTrials } from './engine-trials.ts'
import { relayedFrom } from './fetch-relayed.ts'
import { readInputs, requireKnownProtocol } from './inputs.ts'
import { JobPurse } from './job-purse.ts'
import type { JobProduct, KindRunner } from './kind-runner.ts'
import { readMachine } from './machine.ts'
import { withoutToken } from './program-folders.ts'
import { ProgressLog } from './progress-log.ts'
import { readVerify, requireCertain } from './require-certain.ts'
import { requireTurn } from './require-turn.ts'
import { type JobFolders, makeFolders, publish, removeWork } from './result-folder.ts'
import { readRepository } from './run-place.ts'
import { errorCommand, maskCommand, writeOutputs, writeSummary } from './step-output.ts'
import { thumbnail } from './thumbnail.ts'
import { transcode } from './transcode.ts'
import { transcribe } from './transcribe.ts'

/** The code of each kind of `model/kinds`. */
const runners: Readonly<Record<KindName, KindRunner>> = { transcribe, transcode, thumbnail, command }

/**
 * What a workflow's step runs: does one job, and leaves a folder with its files and `result.json`, on failure too.
 * Inputs come by environment only. Throws the RelayError that ended the job, after it has been reported and published.
 */
export async function runJob(kind: string, context: JobContext): Promise<JobResult> {
  maskSecrets(context)
  for (const warning of context.config.warnings) context.print(`relayq: warning: ${oneLine(warning)}`)
  const startedAt = new Date(context.clock()).toISOString()
  const folders = await makeFolders(context.env['RUNNER_TEMP'])
  const record = { purse: new JobPurse(context), trials: new EngineTrials() }
  try {
    const outcome = await attempt(kind, context, folders, record)
    const runner = await readMachine(context, folders.work)
    const result = describe(kind, context, { startedAt, runner, outcome, record })
    await publish(folders, result)
    await deliver(context, folders.published, result)
    await report(kind, context, folders, { outcome, result })
    if (outcome.kind === 'failed') throw outcome.error
    return result
  } finally {
    await record.purse.close()
    await removeWork(folders)
  }
}

/** What is known of a job's work whether it succeeds or not. */
interface WorkRecord {
  readonly purse: JobPurse
  readonly trials: EngineTrials
}

type Outcome =
  | { readonly kind: 'succeeded'; readonly product: JobProduct }
  | { readonly kind: 'failed'; readonly error: RelayError; readonly doubts: readonly Finding[] }

async function attempt(
  kind: string,
  context: JobContext,
  folders: JobFolders,
  { purse, trials }: WorkRecord,
): Promise<Outcome> {
  const progressLog = new ProgressLog(context.print, context.clock)
  let doubts: readonly Finding[] = []
  try {
    requireKnownProtocol(context.env)
    readVerify(context.env)
    const spec = requireKind(kind)
    const inputs = readInputs(spec, context.env)
    await requireTurn(context)
    const product = await runners[spec.name]({
      context: { ...context, env: withoutToken(context.env) },
      inputs,
      workFolder: folders.work,
      resultFolder: folders.staging,
      fetchRelayed: relayedFrom(readRepository(context.env)),
      log: line => context.print(`relayq: ${oneLine(line)}`),
      progress: progress => progressLog.report(progress),
      onEngine: trial => trials.add(trial),
      purse,
    })
    doubts = product.doubts
    requireCertain(context.env, doubts)
    return { kind: 'succeeded', product }
  } catch (thrown) {
    return { kind: 'failed', error: asRelayError(thrown, context.signal), doubts }
  }
}

function asRelayError(thrown: unknown, signal: AbortSignal): RelayError {
  if (thrown instanceof RelayError) return thrown
  if (signal.aborted) return new RelayError('cancelled', 'The job was cancelled.', { cause: thrown })
  const explained = explainSystemError(thrown)
  if (explained) return explained
  return new RelayError('internal', `The job failed unexpectedly: ${asError(thrown).message}`, {
    hint: 'This is a fault of relayq: please report it.',
    cause: thrown,
  })
}

function describe(
  kind: string,
  context: JobContext,
  {
    startedAt,
    runner,
    outcome,
    record,
  }: Pick<JobResult, 'startedAt' | 'runner'> & { readonly outcome: Outcome; readonly record: WorkRecord },
): JobResult {
  const product = outcome.kind === 'succeeded' ? outcome.product : null
  return {
    schema: 'relayq.result/1',
    kind,
    relayqId: context.env['RELAYQ_ID'] ?? '',
    status: outcome.kind,
    error: outcome.kind === 'failed' ? outcome.error.toJSON() : null,
    files: product?.files ?? {},
    warnings: product?.warnings ?? [],
    doubts: outcome.kind === 'failed' ? outcome.doubts : outcome.product.doubts,
    runner,
    source: product?.source ?? null,
    media: product?.media ?? null,
    engine: product?.engine ?? null,
    engines: record.trials.all,
    costs: sumCosts(record.purse.costs),
    timing: product?.timing ?? null,
    startedAt,
    finishedAt: new Date(context.clock()).toISOString(),
  }
}

/** Outputs and summary of the step, and on failure the line that GitHub shows as an annotation. */
async function report(
  kind: string,
  context: JobContext,
  folders: JobFolders,
  { outcome, result }: { readonly outcome: Outcome; readonly result: JobResult },
): Promise<void> {
  const place = { dir: folders.published, result: join(folders.published, 'result.json') }
  if (outcome.kind === 'failed') {
    const title = `${kind} ${outcome.error.code === 'superseded' ? 'is left to another run' : 'failed'}`
    await writeOutputs(context.env['GITHUB_OUTPUT'], place)
    await writeSummary(
      context.env['GITHUB_STEP_SUMMARY'],
      `### ${oneLine(title)}\n\n${oneLine(outcome.error.message)}\n${engineSummary(result)}`,
    )
    context.print(errorCommand(title, outcome.error))
    return
  }
  const { product } = outcome
  for (const warning of product.warnings) context.print(`relayq: warning: ${oneLine(warning)}`)
  await writeOutputs(context.env['GITHUB_OUTPUT'], { ...place, ...product.outputs })
  await writeSummary(context.env['GITHUB_STEP_SUMMARY'], `${product.summary}${engineSummary(result)}`)
}

/** Before any other line: the runner masks only what comes after. Where no runner reads, a mask would show the secret. */
function maskSecrets({ env, config, print }: JobContext): void {
  if (env['GITHUB_ACTIONS'] !== 'true') return
  for (const secret of maskable(config.secrets)) print(maskCommand(secret))
}

/** A mask applies within a line, so a value of several lines is masked line by line. */
function maskable(secrets: readonly string[]): string[] {
  return secrets.flatMap(secret => secret.split(/\r?\n/)).filter(line => line.trim() !== '')
}
