import { RelayError } from '../../base/errors.ts'
import type { HubOptions } from '../../hub/hub.ts'
import { type HubAnnouncement, readAnnouncement } from './announcement.ts'
import { howItEnded, KeptProcess } from './kept-process.ts'
import { lightHeap, mainPath } from './program.ts'

interface KeptHubOptions {
  readonly hub: HubOptions
  readonly env: NodeJS.ProcessEnv
  readonly log: (line: string) => void
  /** At each start: the instance that answers from now on. */
  readonly onAnnounced: (announcement: HubAnnouncement) => void
  /** It ended so often that it is not started any more. */
  readonly onGivenUp: (error: RelayError) => void
}

const graceMs = 5_000
/** With doubling pauses, ten ends in a row take about a minute. */
const patience = 10

/**
 * The hub in a process of its own, which is started again on the same port and state whenever it ends, until it has
 * ended too often in a row. The first start must succeed: what the hub complains of then (port in use, no repository) is
 * thrown here.
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
        if (started) options.log(`hub: ${said.message}`)
        else this.#first.reject(said)
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
      onEnd: (end, quickEnds) => {
        if (started && quickEnds < patience) return 'restart'
        const how = howItEnded(end)
        if (started) options.onGivenUp(givenUp(quickEnds, how))
        else this.#first.reject(new RelayError('internal', `The hub ended before it was ready (${how}).`))
        return 'give_up'
      },
    })
  }

  start(): Promise<HubAnnouncement> {
    this.process.start()
    return this.#first.promise
  }
}

function givenUp(times: number, how: string): RelayError {
  return new RelayError('internal', `The hub ended ${times} times in a row (${how}): it is given up.`, {
    hint: 'Its last words stand above. When that is mended, start it with: relayq up',
  })
}
