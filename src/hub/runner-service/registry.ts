import { randomId } from '../../base/id.ts'
import type { Engine, RegisterRunner } from '../engine.ts'
import type { Scheduler } from '../scheduler/scheduler.ts'
import { runningJobOf } from '../store/jobs.ts'
import type { RunnerRecord } from '../store/records.ts'
import {
  deleteRunner,
  findRunner,
  findRunnerByName,
  insertRunner,
  type StoredRunner,
  setRunnerLabels,
} from '../store/runners.ts'
import type { Presence } from './presence.ts'

/** 5 bits a character: more than anyone can guess. */
const tokenLength = 40

/** Who may ask for jobs. */
export class RunnerRegistry {
  readonly #scheduler: Scheduler
  readonly #presence: Presence

  constructor(scheduler: Scheduler, presence: Presence) {
    this.#scheduler = scheduler
    this.#presence = presence
  }

  register(request: RegisterRunner): ReturnType<Engine['registerRunner']> {
    const { db } = this.#scheduler
    const namesake = findRunnerByName(db, request.name)
    if (namesake && this.#presence.isOnline(namesake.id, this.#scheduler.now())) return 'name_taken'
    const token = `rqr_${randomId(tokenLength)}`
    const id = this.#scheduler.change(({ now }) => {
      if (namesake) deleteRunner(db, namesake.id)
      return insertRunner(db, { ...request, token }, now)
    })
    const runner = findRunner(db, id)
    if (!runner) throw new Error(`runner ${id} was not stored`)
    return { runner: this.show(runner), token }
  }

  /** Jobs that wait for one of these labels are offered to it at once. */
  setLabels(runnerId: number, labels: readonly string[]): void {
    this.#scheduler.change(({ db }) => setRunnerLabels(db, runnerId, labels))
  }

  /** A job it is running goes on until its runner falls silent, as its token is the job's and not the runner's. */
  remove(runnerId: number): boolean {
    return this.#scheduler.change(({ db }) => deleteRunner(db, runnerId))
  }

  show(runner: StoredRunner): RunnerRecord {
    return {
      ...runner,
      online: this.#presence.isOnline(runner.id, this.#scheduler.now()),
      busy: runningJobOf(this.#scheduler.db, runner.id) !== null,
    }
  }
}
