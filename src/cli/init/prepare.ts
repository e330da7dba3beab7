import { RelayError } from '../../base/errors.ts'
import { findKeptQueue } from '../../config/kept-queues.ts'
import { type TokenPlace, tokenPlaces } from '../../config/token-places.ts'
import { askRights } from '../../github/token-rights.ts'
import { planSetup, rightsFor, type SetupPlan, type SetupWishes } from '../../provision/repository/plan.ts'
import type { QueueRepository } from '../../provision/repository/queue-repository.ts'
import { readFacts, type SetupFacts } from '../../provision/repository/read-facts.ts'
import { shippedFiles, shippedVersion } from '../../provision/repository/shipped-files.ts'
import { rightInWords, seeingShared, settingUp, submitting } from '../../provision/repository/token-rights.ts'
import type { InitOptions } from '../commands/init.ts'
import type { Context } from '../context.ts'
import { type ExaminedToken, mayAdminister, tokenToSubmit } from './examine-tokens.ts'
import { queueRepositoryAt } from './github-queue.ts'
import type { InitSession } from './init-session.ts'
import { type LocalChange, type LocalWishes, planLocally } from './local-changes.ts'

/** Everything there is to do, and with which token it can be done. */
export interface Preparation {
  readonly facts: SetupFacts
  readonly plan: SetupPlan
  readonly local: readonly LocalChange[]
  readonly localWishes: LocalWishes
  readonly repository: QueueRepository
}

/**
 * Reads what is there and plans what is to be done, there and on this machine. Throws `not_authorized` where a token is
 * missing for any of it, or the repository is refused; nothing has been changed then.
 */
export async function prepare(
  options: InitOptions,
  session: InitSession,
  context: Context,
): Promise<Preparation> {
  const isKnown = findKeptQueue(session.relayq.paths, session.target) !== null
  const toRead = [{ permission: 'administration', level: 'read' }] as const
  const reader = await session.require(isKnown ? submitting : settingUp, toRead)
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
  const organisation = facts.kind === 'there' && facts.repository.ownerType === 'Organization'
  if (organisation) await adviseOnOrganisation(submitter, context)
  const { queue, tokens } = wishesOfMachine(options, session, { submitter, writer })
  const localWishes = { queue: { ...queue, ...(organisation ? { organisation } : {}) }, tokens, places }
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

/** An organisation may have runners of its own, beside those of the repository; they must be seen, too. */
async function adviseOnOrganisation(
  { client, origin, ...token }: ExaminedToken,
  { say }: Context,
): Promise<void> {
  const [answer] = await askRights(client, token, [seeingShared])
  if (answer?.answer !== 'missing') return
  const { owner } = client.target
  say(`the token of ${origin} does not see runners of ${owner} itself; it lacks ${rightInWords(answer)}`)
}

async function placesFor(
  { place }: InitOptions,
  { relayq }: InitSession,
  { env }: Context,
): Promise<readonly TokenPlace[]> {
  const all = await tokenPlaces(relayq.paths, { platform: process.platform, path: env['PATH'] })
  return place === null ? all : all.filter(({ name }) => name === place)
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
