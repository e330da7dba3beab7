import { type ChildProcess, fork } from 'node:child_process'
import { extname, join } from 'node:path'
import { LineSplitter } from '../../base/lines.ts'
import type { Canceller, FromWorker, ToWorker, WorkerJob } from '../../protocol/worker-ipc.ts'

export interface WorkerEnd {
  /** The worker's last word, or null when it died without one. */
  readonly finished: FromWorker | null
  /** `exit code 1`, `SIGKILL`: for people. */
  readonly how: string
}

/** In a checkout `main.ts`, in the built package `main.js`: the worker is forked by path, never imported. */
const workerPath = join(import.meta.dirname, '..', 'worker', `main${extname(import.meta.filename)}`)

/**
 * The process that runs one job. It is started as soon as a job is offered, so that Node's own start is over when the job
 * has been acquired; without a job it ends by itself after 30 s.
 */
export class WorkerProcess {
  readonly ended: Promise<WorkerEnd>
  readonly #child: ChildProcess

  constructor(log: (line: string) => void) {
    this.#child = fork(workerPath, [], {
      serialization: 'advanced',
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    const lines = new LineSplitter(line => log(`worker: ${line}`))
    this.#child.stderr?.on('data', (chunk: Buffer) => lines.write(chunk))
    this.ended = this.#end()
  }

  get alive(): boolean {
    return this.#child.connected
  }

  start(job: WorkerJob): void {
    this.#send({ type: 'job', job })
  }

  cancel(by: Canceller): void {
    this.#send({ type: 'cancel', by })
  }

  shutdown(): void {
    this.#send({ type: 'shutdown' })
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  /** A worker that is gone cannot be told anything; its end says the rest. */
  #send(message: ToWorker): void {
    if (this.#child.connected) this.#child.send(message, () => {})
  }

  #end(): Promise<WorkerEnd> {
    return new Promise(resolve => {
      let finished: FromWorker | null = null
      this.#child.on('message', message => {
        finished = message as FromWorker
      })
      this.#child.once('error', error => resolve({ finished: null, how: error.message }))
      this.#child.once('exit', (code, signal) => {
        const how = signal ?? `exit code ${code}`
        // A process of the job may have got the worker's stderr by inheritance; it must not keep the listener waiting.
        this.#child.stderr?.destroy()
        // The last message may still be in the pipe when the exit is known.
        if (this.#child.connected) this.#child.once('disconnect', () => resolve({ finished, how }))
        else setImmediate(() => resolve({ finished, how }))
      })
    })
  }
}
