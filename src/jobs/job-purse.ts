import { join } from 'node:path'
import { RelayError } from '../base/errors.ts'
import type { Cost } from '../model/cost.ts'
import type { Purse, Reservation } from '../speech/purse.ts'
import type { Spending } from '../speech/spending.ts'
import type { CloudConfig, JobContext } from './context.ts'

/** The money of one job: within its own ceiling, and within the month's of this machine. */
export class JobPurse implements Purse {
  readonly #context: JobContext
  /** By reservation: the expected cost, until the real one is known. */
  readonly #costs = new Map<number, Cost>()
  #spending: Promise<Spending> | null = null

  constructor(context: JobContext) {
    this.#context = context
  }

  /** Of every request so far; of one whose answer was lost, what was expected. */
  get costs(): readonly Cost[] {
    return [...this.#costs.values()]
  }

  async reserve(expected: Cost): Promise<Reservation> {
    const { ofJob, ofMonth } = readCeilings(this.#context.config.cloud)
    const spending = await this.#open()
    // From here to the reservation nothing is waited for: calls at once see what each has set aside.
    const spent = this.costs.reduce((sum, { amount }) => sum + amount, 0)
    if (ofJob !== null && spent + expected.amount > ofJob) {
      throw tooDear(expected, spent, `RELAYQ_MAX_COST_PER_JOB=${ofJob}`)
    }
    const month = new Date(this.#context.clock()).toISOString().slice(0, 7)
    const outcome = spending.reserve(month, expected.amount, ofMonth)
    if (outcome.kind === 'too_dear') {
      throw tooDear(expected, outcome.spentUsd, `RELAYQ_MAX_COST_PER_MONTH=${ofMonth}`)
    }
    const { id } = outcome
    this.#costs.set(id, expected)
    return {
      settle: cost => {
        if (cost === null) this.#costs.delete(id)
        else this.#costs.set(id, cost)
        spending.settle(id, cost)
      },
    }
  }

  async close(): Promise<void> {
    // One that could not be opened has been an error where it was asked for.
    await this.#spending?.then(
      spending => spending.close(),
      () => {},
    )
  }

  /** A job that spends nothing does not load the database. */
  #open(): Promise<Spending> {
    const path = join(this.#context.config.stateHome, 'spending.db')
    this.#spending ??= import('../speech/spending.ts').then(({ Spending }) => new Spending(path))
    return this.#spending
  }
}

/** In US dollars; null for no ceiling. Throws `invalid_config`. */
export function readCeilings({ maxCostPerJob, maxCostPerMonth }: CloudConfig) {
  return {
    ofJob: readCeiling('RELAYQ_MAX_COST_PER_JOB', maxCostPerJob),
    ofMonth: readCeiling('RELAYQ_MAX_COST_PER_MONTH', maxCostPerMonth),
  }
}

function readCeiling(name: string, value: string): number | null {
  if (value === '') return null
  const usd = Number(value)
  if (usd >= 0 && Number.isFinite(usd)) return usd
  throw new RelayError('invalid_config', `${name} cannot be ${JSON.stringify(value.slice(0, 40))}.`, {
    hint: 'Give a number of US dollars, such as 0.50.',
  })
}

function tooDear({ provider, amount }: Cost, spent: number, ceiling: string): RelayError {
  const message = `${provider} would cost ${usd(amount)}, and ${usd(spent)} are spent: more than ${ceiling} allows.`
  return new RelayError('cloud_forbidden', message, {
    hint: 'Raise the ceiling on the machine, or use the backend local.',
  })
}

function usd(amount: number): string {
  return `${amount.toFixed(4)} USD`
}
