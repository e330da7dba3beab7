import { RelayError } from '../../base/errors.ts'
import { applyChange } from '../../provision/repository/apply-change.ts'
import type { Change } from '../../provision/repository/plan.ts'
import type { SetupFacts } from '../../provision/repository/read-facts.ts'
import { shippedVersion } from '../../provision/repository/shipped-files.ts'
import type { InitOptions } from '../commands/init.ts'
import type { Context } from '../context.ts'
import { writeJson } from '../json-output.ts'
import { printable } from '../streams.ts'
import { queueRepositoryAt } from './github-queue.ts'
import type { InitSession } from './init-session.ts'
import { applyLocally, type LocalChange } from './local-changes.ts'
import { type Preparation, prepare } from './prepare.ts'
import { describePlan } from './show-plan.ts'

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
    context.say(
      'next, on each machine that is to work: relayq runner add PROFILE; what is still wrong: relayq doctor',
    )
  }
  if (options.json !== null) writeJson(context.streams, report(prepared, applies, session), options.json)
  if (isDone)
    context.say(`nothing to change: ${session.target.description} is as RelayQ ${shippedVersion()} wants it`)
  if (options.dryRun && !isDone) context.say('nothing was changed: this was --dry-run')
  return plan.files.some(({ state }) => state.kind === 'left') ? 1 : 0
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

/** Only its owner's token can make one, and which that is shows when it is tried. */
async function create(change: Change, session: InitSession, { say }: Context): Promise<void> {
  const refusals: RelayError[] = []
  for (const { client, login } of session.tokens) {
    try {
      await queueRepositoryAt(client, login).create()
      say(`✓ ${change.what}`)
      return await session.lookAgain()
    } catch (thrown) {
      if (!(thrown instanceof RelayError) || thrown.code !== 'not_authorized') throw thrown
      refusals.push(thrown)
    }
  }
  throw refusals[0] ?? new Error('a token that was required is there')
}

/** One after the other; a repository that was just made is looked at anew, and planned again. */
async function apply(
  prepared: Preparation,
  options: InitOptions,
  session: InitSession,
  context: Context,
): Promise<void> {
  const { say } = context
  const interrupted = context.interrupted()
  const [first] = prepared.plan.changes
  if (first?.kind === 'create_repository') {
    await create(first, session, context)
    return await apply(await prepare(options, session, context), options, session, context)
  }
  for (const change of prepared.plan.changes) {
    if (interrupted.aborted) throw stopped()
    await applyChange(prepared.repository, change, placeOf(prepared.facts))
    say(`✓ ${change.what}`)
  }
  if (interrupted.aborted) throw stopped()
  const { localWishes, local } = prepared
  for (const line of await applyLocally(session.relayq.paths, localWishes, local)) say(`✓ ${line}`)
  for (const { kind, what } of local) if (kind === 'keep_queue') say(`✓ ${what}`)
}

function placeOf(facts: SetupFacts) {
  if (facts.kind === 'missing') throw new Error('it is made before anything is put there')
  return { branch: facts.repository.defaultBranch, head: facts.head }
}

function stopped(): RelayError {
  return new RelayError('cancelled', 'Stopped. What has a ✓ is done.', {
    hint: 'Run this again: it does the rest.',
  })
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
