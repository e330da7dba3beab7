import type { Clock } from '../../base/clock.ts'
import { type AskedRequest, type BreakingFault, decide, type SwitchedFault } from './decide.ts'
import type { Fault, PrimaryLimit, RequestFault } from './fault.ts'
import { StaleLists } from './stale-lists.ts'

interface Surroundings {
  readonly clock: Clock
  /** One line for the operator. */
  readonly log: (line: string) => void
  /** 0 when there is no run. */
  readonly newestRunId: () => number
}

/** The faults a hub has been told to have: none, unless someone tests a client. They are forgotten with the process. */
export class FaultSwitches {
  readonly #surroundings: Surroundings
  #switched: readonly SwitchedFault[] = []
  #primaryLimit: PrimaryLimit | null = null
  #staleLists = new StaleLists(0)

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings
  }

  /** In place of those that were on; none switches all off. Of several primary limits the first holds. */
  set(faults: readonly Fault[]): void {
    const { clock, log, newestRunId } = this.#surroundings
    const isChange = faults.length > 0 || this.list().length > 0
    const since = clock()
    this.#switched = faults.filter(isOfRequests).map(fault => ({ fault, since, seen: 0, hits: 0 }))
    this.#primaryLimit = faults.find(fault => fault.kind === 'primary_limit') ?? null
    this.#staleLists = new StaleLists(newestRunId())
    if (isChange) log(faults.length === 0 ? 'faults are off' : announcement(faults))
  }

  /** Those that are on, with the requests they were meant for and those they hit. */
  list(): readonly (Fault & { readonly seen?: number; readonly hits?: number })[] {
    const ofRequests = this.#switched.map(({ fault, seen, hits }) => ({ ...fault, seen, hits }))
    return this.#primaryLimit ? [...ofRequests, this.#primaryLimit] : ofRequests
  }

  /** False while no single request can be hit. */
  get areOn(): boolean {
    return this.#switched.length > 0
  }

  get primaryLimit(): PrimaryLimit | null {
    return this.#primaryLimit
  }

  get staleLists(): StaleLists {
    return this.#staleLists
  }

  /** Counts the request as one that was seen. */
  judge(request: AskedRequest): { readonly delayMs: number; readonly breaking: BreakingFault | null } {
    const { switched, ...verdict } = decide(this.#switched, request, this.#surroundings.clock())
    this.#switched = switched
    return verdict
  }
}

function isOfRequests(fault: Fault): fault is RequestFault {
  return fault.kind !== 'primary_limit'
}

function announcement(faults: readonly Fault[]): string {
  const described = faults.map(({ kind, ...rest }) => {
    const bounds = Object.entries(rest).map(([name, value]) => `${name}=${value}`)
    return [kind, ...bounds].join(' ')
  })
  return `faults are on: ${described.join('; ')}`
}
