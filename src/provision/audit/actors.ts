import { counted } from '../../base/counted.ts'
import type { Check } from '../doctor/check.ts'
import { type Finding, manualMend, ok, problem, unseen } from '../doctor/finding.ts'

const name = 'actors'

/** A run of the last weeks, by who started it. */
export interface StartedRun {
  /** Logins: who caused the run, and who started this attempt of it. */
  readonly actors: readonly string[]
  readonly url: string
  /** ISO 8601. */
  readonly createdAt: string
  /** Of the code that it ran: `octo/queue`; null where that repository is gone. */
  readonly codeFrom: string | null
}

interface ActorsCheckOptions {
  /** `octo/queue`. */
  readonly fullName: () => Promise<string>
  /** Newest first. */
  readonly runs: () => AsyncIterable<StartedRun>
  /** Logins of those who may start jobs. */
  readonly expected: () => Promise<readonly string[]>
}

/** GitHub lists no more of a search. */
const mostRuns = 1_000

/** Whether jobs were started by anybody but the owner and who is allowed to. */
export function actorsCheck(options: ActorsCheckOptions): Check {
  return {
    name,
    timeoutMs: 60_000,
    look: async () => {
      const [fullName, expected] = await Promise.all([options.fullName(), options.expected()])
      const runs: StartedRun[] = []
      for await (const run of options.runs()) if (runs.push(run) >= mostRuns) break
      const judged = judgeActors(runs, { fullName, expected })
      const cut = unseen(name, `only the newest ${mostRuns} runs were looked at`)
      return runs.length < mostRuns ? judged : [...judged, cut]
    },
  }
}

/** One finding for each login that is not expected, and one for code from elsewhere. Pure. */
export function judgeActors(
  runs: readonly StartedRun[],
  { fullName, expected }: { readonly fullName: string; readonly expected: readonly string[] },
): readonly Finding[] {
  const known = new Set(expected.map(login => login.toLowerCase()))
  const started = runs.flatMap(run => [...new Set(run.actors)].map(login => ({ login, run })))
  const strangers = Map.groupBy(
    started.filter(({ login }) => !known.has(login.toLowerCase())),
    ({ login }) => login,
  )
  const findings = [...strangers].map(([login, started]) => strangerFinding(fullName, login, started))
  const foreign = runs.filter(({ codeFrom }) => codeFrom?.toLowerCase() !== fullName.toLowerCase())
  const [newest] = foreign
  if (newest) {
    findings.push(
      problem(
        name,
        `code of ${newest.codeFrom ?? 'a repository that is gone'} ran in ${counted(foreign.length, 'run')}`,
        {
          why: 'what a fork says runs on your machines',
          where: newest.url,
          mend: manualMend(`gh api -X PATCH repos/${fullName} -F allow_forking=false`),
        },
      ),
    )
  }
  if (findings.length > 0) return findings
  return [ok(name, `${counted(runs.length, 'run')}, started by ${expected.join(' or ')}`)]
}

function strangerFinding(
  fullName: string,
  login: string,
  started: readonly { readonly run: StartedRun }[],
): Finding {
  const remove = `gh api -X DELETE repos/${fullName}/collaborators/${login}`
  return problem(name, `${login} started ${counted(started.length, 'run')}`, {
    why: 'who may start runs decides what your machines do',
    where: started[0]?.run.url ?? null,
    mend: manualMend(`relayq audit --allow ${login}   # where that is right; else: ${remove}`),
  })
}
