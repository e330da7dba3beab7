import { hostname } from 'node:os'
import { findPaths } from '../../../config/paths.ts'
import { ensureRunnerKey, runnerKeyFile } from '../../../config/runner-key.ts'
import { command } from '../../command.ts'

/** The public half of this machine's key on stdout; the key is made where there is none. */
export const runnerKey = command<Record<string, never>>({
  define: () => {},
  parse: () => ({}),
  run: async (_, context) => {
    const file = runnerKeyFile(findPaths(context.env))
    const { recipient, isNew, isExposed } = await ensureRunnerKey(file)
    if (isNew) {
      context.say(`made a key; its secret half is ${file}: whoever has it can read what is sent here`)
      context.say(
        `where jobs are submitted, relayq.yaml needs: recipients: {${hostname()}: ${recipient}} (by the runner’s name)`,
      )
    }
    if (isExposed) context.say(`${file} can be read by others; run: chmod 600 ${file}`)
    context.streams.out.write(`${recipient}\n`)
    return 0
  },
})
