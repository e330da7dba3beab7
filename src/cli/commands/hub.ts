import { once } from 'node:events'
import { RelayError } from '../../base/errors.ts'
import { isJsonObject, parseJson } from '../../base/json.ts'
import { restartFromCache } from '../../base/restart-from-cache.ts'
import { type HubOptions, startHub } from '../../hub/hub.ts'
import { command } from '../command.ts'
import { endOfInput } from '../end-of-input.ts'
import { firstLine } from '../first-line.ts'
import { announce, announceFailure } from '../fleet/announcement.ts'

/**
 * The hub as a process of its own. Options (they hold the token) come as one JSON line on standard input. It ends on
 * TERM, and when whoever started it closes its standard input.
 */
export const hub = command<Record<never, never>>({
  define: () => {},
  parse: () => ({}),
  run: async (_, context) => {
    restartFromCache()
    const stopped = context.interrupted()
    const options = readOptions(await firstLine(context.streams.in))
    try {
      const running = await startHub(options)
      context.streams.out.write(`${announce(running)}\n`)
      const over = AbortSignal.any([stopped, endOfInput(context)])
      if (!over.aborted) await once(over, 'abort')
      await running.close()
      return 0
    } catch (thrown) {
      if (!(thrown instanceof RelayError)) throw thrown
      context.streams.out.write(`${announceFailure(thrown)}\n`)
      return thrown.exitCode
    } finally {
      context.streams.in.destroy()
    }
  },
})

function readOptions(line: string): HubOptions {
  const options = parseJson(line)
  if (
    isJsonObject(options) &&
    typeof options['stateDir'] === 'string' &&
    typeof options['token'] === 'string'
  ) {
    return options as unknown as HubOptions
  }
  throw new RelayError('usage', 'The hub expects its options as one JSON line on standard input.', {
    hint: 'It is started by: relayq up',
  })
}
