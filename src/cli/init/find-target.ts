import { RelayError } from '../../base/errors.ts'
import { RelayQ } from '../../compose.ts'
import { type BrokerTarget, chooseTarget } from '../../config/broker-target.ts'
import type { Context } from '../context.ts'
import { openPrompt } from '../prompt.ts'

/** What Ctrl-C in the middle of `relayq init` leaves. */
export const stopped = 'Stopped; nothing was changed since the last ✓.'

/**
 * The repository that is meant: the one named, else the one that commands use here; a git remote does not count, since
 * RelayQ's own checkout has one. Asked for on a terminal, else `usage`.
 */
export async function findTarget(
  context: Context,
  words: { readonly repository: string | null; readonly broker: string | null; readonly mayAsk: boolean },
): Promise<{ readonly relayq: RelayQ; readonly target: BrokerTarget }> {
  const { env, cwd, say } = context
  const open = (repository: string | null) =>
    RelayQ.open({
      env,
      cwd,
      warn: say,
      settings: {
        ...(words.broker === null ? {} : { RELAYQ_API_URL: words.broker }),
        ...(repository === null ? {} : { GH_REPO: repository }),
      },
    })
  const relayq = await open(words.repository)
  const target = await targetOf(relayq)
  if (target) return { relayq, target }
  const asked = await open(await askForName(context, words.mayAsk))
  return { relayq: asked, target: await chooseTarget(asked.brokerSources()) }
}

async function targetOf(relayq: RelayQ): Promise<BrokerTarget | null> {
  try {
    return await chooseTarget({ ...relayq.brokerSources(), gitRemote: async () => null })
  } catch (thrown) {
    if (thrown instanceof RelayError && thrown.code === 'no_broker') return null
    throw thrown
  }
}

async function askForName({ streams, say }: Context, mayAsk: boolean): Promise<string> {
  const prompt = mayAsk ? openPrompt(streams, stopped) : null
  if (prompt === null) {
    throw new RelayError('usage', 'No repository is named.', {
      hint: 'Name the one that shall be the queue; it is made where it is not there: relayq init OWNER/REPO',
    })
  }
  say('The queue is a private repository; it is made where it is not there.')
  return await prompt.line('Its name, as OWNER/REPO: ')
}
