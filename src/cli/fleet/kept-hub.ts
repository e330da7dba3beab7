import { RelayError } from '../../base/errors.ts'
import type { HubOptions } from '../../hub/hub.ts'
import { type HubAnnouncement, readAnnouncement } from './announcement.ts'
import { KeptProcess } from './kept-process.ts'
import { lightHeap, mainPath } from './program.ts'

interface KeptHubOptions {
  readonly hub: HubOptions
  readonly env: NodeJS.ProcessEnv
  readonly log: (line: string) => void
  /** At each start: the instance that answers from now on. */
  readonly onAnnounced: (announcement: HubAnnouncement) => void
}

const graceMs = 5_000

/**
 * The hub in a process of its own, which is started again on the same port and state whenever it ends. The first start
 * must succeed: what the hub complains of then (port in use, no repository) is thrown here.
 */
export class KeptHub {
  readonly process: KeptProcess
  readonly #first = Promise.withResolvers<HubAnnouncement>()

  constructor(options: KeptHubOptions) {
    let port = options.hub.port
    let started = false
    const receive = (said: HubAnnouncement | RelayError | null) => {
      if (said === null) return
      if (said instanceof RelayError) {
        this.#first.reject(said)
        return
      }
      started = true
      port = Number(new URL(said.url).port)
      options.onAnnounced(said)
      this.#first.resolve(said)
    }
    this.process = new KeptProcess({
      name: 'hub',
      args: [...lightHeap, mainPath, 'hub'],
      env: options.env,
      graceMs,
      log: options.log,
      firstLine: async () => JSON.stringify({ ...options.hub, port }),
      onStdoutLine: line => receive(readAnnouncement(line)),
      onEnd: ({ code, signal }) => {
        if (started) return 'restart'
        const how = signal ?? `exit code ${code}`
        this.#first.reject(new RelayError('internal', `The hub ended before it was ready (${how}).`))
        return 'give_up'
      },
    })
  }

  start(): Promise<HubAnnouncement> {
    this.process.start()
    return this.#first.promise
  }
}
