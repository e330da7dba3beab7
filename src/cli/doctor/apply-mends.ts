import { runProgram } from '../../base/process.ts'
import type { Finding, Mend } from '../../provision/doctor/finding.ts'
import type { Context } from '../context.ts'
import { mainPath } from '../fleet/program.ts'

/** Longest that one mend may take, in ms. */
const timeoutMs = 120_000

/** Runs what may be run without asking, one after the other, and says each. Returns how many there were. */
export async function applyMends(findings: readonly Finding[], context: Context): Promise<number> {
  const mends = safeMendsOf(findings)
  for (const { command, words } of mends) {
    context.say(`mending: ${command}`)
    const problem = await run(words ?? [], context.env)
    if (problem !== null) context.say(`  it did not work: ${problem}`)
  }
  return mends.length
}

/** Each command once, however many findings it mends. */
function safeMendsOf(findings: readonly Finding[]): readonly Mend[] {
  const mends = findings.flatMap(({ mend }) => (mend?.isSafe && mend.words ? [mend] : []))
  return [...new Map(mends.map(mend => [mend.command, mend])).values()]
}

/** null: it went well. `relayq` is this RelayQ, and not another that is on PATH. */
async function run([program = '', ...args]: readonly string[], env: NodeJS.ProcessEnv) {
  const isOwn = program === 'relayq'
  const file = isOwn ? process.execPath : program
  const outcome = await runProgram(file, isOwn ? [mainPath, ...args] : args, { env, timeoutMs })
  if (outcome.kind === 'not_found') return `${program} is not on this machine`
  if (outcome.kind === 'exited' && outcome.code === 0) return null
  const ending = outcome.kind === 'exited' ? `exit code ${outcome.code}` : outcome.kind.replace('_', ' ')
  return `${ending}: ${outcome.stderr.trim().split('\n').at(-1) ?? ''}`
}
