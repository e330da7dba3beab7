import { RelayError } from '../../base/errors.ts'
import { type TokenPlace, tokenPlaces } from '../../config/token-places.ts'
import { applyChange } from '../../provision/repository/apply-change.ts'
import {
  type Change,
  planSetup,
  rightsFor,
  type SetupPlan,
  type SetupWishes,
} from '../../provision/repository/plan.ts'
import type { QueueRepository } from '../../provision/repository/queue-repository.ts'
import { readFacts, type SetupFacts } from '../../provision/repository/read-facts.ts'
import { shippedFiles, shippedVersion } from '../../provision/repository/shipped-files.ts'
import { settingUp, submitting } from '../../provision/repository/token-rights.ts'
import type { InitOptions } from '../commands/init.ts'
import type { Context } from '../context.ts'
import { writeJson } from '../json-output.ts'
import { printable } from '../streams.ts'
import { type ExaminedToken, mayAdminister, tokenToSubmit } from './examine-tokens.ts'
import { queueRepositoryAt } from './github-queue.ts'
import type { InitSession } from './init-session.ts'
import { applyLocally, type LocalChange, type LocalWishes, planLocally } from './local-changes.ts'
import { describePlan } from './show-plan.ts'

/** Everything there is to do, and with which token it can be done. */
interface Preparation {
  readonly facts: SetupFacts
  readonly plan: SetupPlan
  readonly local: readonly LocalChange[]
  readonly localWishes: LocalWishes
  readonly repository: QueueRepository
}

/** Plans, shows the plan, asks, and does it. Nothing is changed before all rights are known to be there. */
export async function setUp(options: InitOptions, session: InitSession, context: Context): Promise<number> {
  const prepared = await prepare(options, session, context)
  const { plan, local } = prepared
  const isDone = plan.changes.length + local.length === 0
  const applies = !isDone && !options.dryRun
  if (options.json === null) await show(prepared, options, session, context)
  if (applies) {
    await confirm(options, session)
    await apply(prepared, options, session, context)
  }
  if (options.json !== null) writeJson(context.streams, report(prepared, applies, session), options.json)
  if (isDone)
    context.say(`nothing to change: ${session.target.description} is as RelayQ ${shippedVersion()} wants it`)
  if (options.dryRun && !isDone) context.say('nothing was changed: this was --dry-run')
  return plan.files.some(({ state }) => state.kind === 'left') ? 1 : 0
}

async function prepare(options: InitOptions, session: InitSession, context: Context): Promise<Preparation> {
  const reader = await session.require(settingUp, [{ permission: 'administration', level: 'read' }])
  const facts = await readFacts(
    queueRepositoryAt(reader.client, reader.login),
    shippedFiles(settingOf(session)),
  )
  const plan = planned(facts, options, session)
  const writer =
    plan.changes.length === 0 ? reader : await session.require(settingUp, rightsFor(plan.changes))
  const submitter = await submitterOf(session)
  warnOfBreadth(submitter, context)
  const places = await placesFor(options, session, context)
  const localWishes = { ...wishesOfMachine(options, session, { submitter, writer }), places }
  return {
    facts,
    plan,
    local: await planLocally(session.relayq.paths, localWishes),
    localWishes,
    repository: queueRepositoryAt(writer.client, writer.login),
  }
}

function planned(facts: SetupFacts, options: InitOptions, session: InitSession): SetupPlan {
  const wishes: SetupWishes = { ...options, version: shippedVersion(), name: nameOf(session) }
  checkPaths(facts, [...options.replace, ...options.keep])
  const plan = planSetup(facts, wishes)
  if (plan.kind === 'plan') return plan
  throw new RelayError('not_authorized', plan.reason, { hint: plan.hint })
}

async function submitterOf(session: InitSession): Promise<ExaminedToken> {
  const required = submitting.rights.filter(right => right.required)
  await session.require(submitting, required)
  const token = tokenToSubmit(session.tokens)
  if (token === null) throw new Error('a token that was required is there')
  return token
}

function warnOfBreadth(token: ExaminedToken, { say }: Context): void {
  if (token.rights !== null && mayAdminister(token)) {
    say(
      `the token of ${token.origin} submits jobs and may delete the repository, too: a narrower one is safer`,
    )
  }
}

/** Only what was handed over is kept: what was found is kept where it was. */
function wishesOfMachine(
  options: InitOptions,
  { target }: InitSession,
  tokens: { readonly submitter: ExaminedToken; readonly writer: ExaminedToken },
): Omit<LocalWishes, 'places'> {
  const { apiUrl, owner, repo } = target
  const { submitter, writer } = tokens
  const enrol =
    options.keepEnrolToken && writer.isGiven && writer.value !== submitter.value ? writer.value : null
  return {
    queue: { apiUrl, owner, repo },
    tokens: { submit: submitter.isGiven ? submitter.value : null, enrol },
  }
}

async function placesFor(
  { place }: InitOptions,
  { relayq }: InitSession,
  { env }: Context,
): Promise<readonly TokenPlace[]> {
  const all = await tokenPlaces(relayq.paths, { platform: process.platform, path: env['PATH'] })
  return place === null ? all : all.filter(({ name }) => name === place)
}

async function show(
  { plan, local }: Preparation,
  options: InitOptions,
  { target }: InitSession,
  { streams, say }: Context,
): Promise<void> {
  say(`${target.description} (${target.origin})`)
  streams.out.write(printable(await describePlan(plan, local, options.dryRun)))
}

async function confirm(options: InitOptions, { prompt }: InitSession): Promise<void> {
  if (options.yes) return
  if (prompt === null) {
    throw new RelayError('usage', 'Nobody is there to agree to these changes.', {
      hint: 'Say --yes to make them, or --dry-run to see them only.',
    })
  }
  const answer = await prompt.line('Make these changes? [y/N] ')
  if (/^y(es)?$/i.test(answer.trim())) return
  throw new RelayError('cancelled', 'Nothing was changed.')
}

/** One after the other; a repository that was just made is looked at anew, and planned again. */
async function apply(
  prepared: Preparation,
  options: InitOptions,
  session: InitSession,
  context: Context,
): Promise<void> {
  const { repository, localWishes } = prepared
  const { say } = context
  const interrupted = context.interrupted()
  let { facts, plan } = prepared
  const creation = plan.changes.find(({ kind }) => kind === 'create_repository')
  if (creation) {
    await repository.create()
    say(`✓ ${creation.what}`)
    facts = await readFacts(repository, shippedFiles(settingOf(session)))
    plan = planned(facts, options, session)
  }
  for (const change of plan.changes) {
    if (interrupted.aborted) throw stopped()
    await applyChange(repository, change, placeOf(facts))
    say(`✓ ${change.what}`)
  }
  if (interrupted.aborted) throw stopped()
  for (const line of await applyLocally(session.relayq.paths, localWishes, prepared.local)) say(`✓ ${line}`)
}

function placeOf(facts: SetupFacts) {
  if (facts.kind === 'missing')
    throw new RelayError('broker_unavailable', 'The new repository is not to be seen yet.', {
      hint: 'Run this again in a minute.',
    })
  return { branch: facts.repository.defaultBranch, head: facts.head }
}

function stopped(): RelayError {
  return new RelayError('cancelled', 'Stopped. What has a ✓ is done.', {
    hint: 'Run this again: it does the rest.',
  })
}

function checkPaths({ files }: SetupFacts, paths: readonly string[]): void {
  const unknown = paths.find(path => files.every(file => file.path !== path))
  if (unknown === undefined) return
  throw new RelayError('usage', `${unknown} is no file of RelayQ’s.`, {
    hint: `They are ${files.map(({ path }) => path).join(', ')}.`,
  })
}

function nameOf({ target: { owner, repo } }: InitSession): string {
  return `${owner}/${repo}`
}

/** As relayq.yaml names it: GitHub itself needs no host, and that of a hub would not be the same tomorrow. */
function settingOf({ target: { apiUrl, host, owner, repo } }: InitSession): string {
  const isPlain = host === 'github.com' || new URL(apiUrl).protocol === 'http:'
  return isPlain ? `${owner}/${repo}` : `${host}/${owner}/${repo}`
}

function report({ plan, local }: Preparation, applied: boolean, { target }: InitSession) {
  const shown = ({ kind, what, why, current, wanted }: Change | LocalChange) => ({
    kind,
    what,
    why,
    current,
    wanted,
  })
  return {
    repository: target.description,
    applied,
    changes: [...plan.changes, ...local].map(shown),
    files: plan.files.map(({ facts, state }) => ({ path: facts.path, state: state.kind })),
  }
}
