import type { Clock } from '../../base/clock.ts'
import { explain } from '../../base/errors.ts'
import { oneLine } from '../../base/one-line.ts'
import { type Finding, problem } from '../doctor/finding.ts'
import type { Action } from './action.ts'
import { describeAction } from './action.ts'
import { decide } from './decide.ts'
import type { DiskFacts, KeepFacts } from './facts.ts'
import type { Memory } from './memory.ts'

/** What one round of keeping works with. */
export interface Keeping {
  readonly look: () => Promise<KeepFacts>
  /** What of the machine itself only a person can mend: its power, its sleep, its clock. */
  readonly lookAtMachine: () => Promise<readonly Finding[]>
  /** Again, after wiping. */
  readonly lookAtDisk: () => Promise<DiskFacts>
  readonly perform: (action: Action) => Promise<void>
  readonly readMemory: () => Memory
  readonly writeMemory: (memory: Memory) => void
  /** One line for each thing that is done, before it is. */
  readonly say: (line: string) => void
  readonly clock: Clock
  /** Says what would be done, and does nothing. */
  readonly isDryRun: boolean
}

/**
 * One round: look, wipe what the disk needs, decide, write down what is about to be tried, do it. Whoever is killed in
 * the middle has tried; the next round sees what came of it. Findings are what a person has to do.
 */
export async function keep(keeping: Keeping): Promise<readonly Finding[]> {
  const { look, lookAtDisk, readMemory, clock, isDryRun } = keeping
  const facts = await look()
  const before = readMemory()
  const wipes = decide(facts, before, clock()).actions.filter(({ kind }) => kind === 'wipe')
  const notWiped = await performAll(wipes, keeping)
  const disk = isDryRun ? facts.disk : await lookAtDisk()
  // Of a dry run it is not known what wiping would bring.
  const isWiped = !isDryRun || wipes.length === 0
  const decision = decide({ ...facts, disk: { ...disk, isWiped } }, before, clock())
  const { findings, memory } = decision
  const actions = decision.actions.filter(({ kind }) => kind !== 'wipe')
  if (!isDryRun) keeping.writeMemory(memory)
  const failed = await performAll(actions, keeping)
  return [...findings, ...notWiped, ...failed, ...(await keeping.lookAtMachine())]
}

/** One after the other; what fails does not stop the rest. */
async function performAll(
  actions: readonly Action[],
  { perform, say, isDryRun }: Keeping,
): Promise<readonly Finding[]> {
  const failed: Finding[] = []
  for (const action of actions) {
    say(isDryRun ? `${describeAction(action)} (not done: --dry-run)` : describeAction(action))
    if (isDryRun) continue
    try {
      await perform(action)
    } catch (thrown) {
      failed.push(
        problem('runner', `${describeAction(action)}: it failed: ${oneLine(explain(thrown))}`, {
          why: 'it is tried again in one of the next rounds',
        }),
      )
    }
  }
  return failed
}
