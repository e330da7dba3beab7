import { setTimeout as sleep } from 'node:timers/promises'
import { Option } from 'commander'
import { parseDuration } from '../../base/duration.ts'
import { RelayError } from '../../base/errors.ts'
import { markThisProcess } from '../../base/process-mark.ts'
import type { Supervisor, Tick } from '../../supervisor/supervisor.ts'
import { addBrokerOptions, addRefOption } from '../broker-options.ts'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { endOfInput } from '../end-of-input.ts'

export interface SuperviseOptions {
  readonly intervalSeconds: number
  readonly once: boolean
  /** For a keeper: the end of its process, a kill too, ends this one. */
  readonly endsWithInput: boolean
}

/** Between two tries while the broker cannot be asked, doubling up to this many seconds. */
const longestPauseSeconds = 60

/** Keeps jobs moving until it is told to end: sends, follows, moves and retries them. Several may run; one does the work. */
export const supervise = command<SuperviseOptions>({
  define: command => {
    addRefOption(addBrokerOptions(command))
      .option('--interval <duration>', 'between two looks at the broker', '2s')
      .option('--once', 'look once, do what follows from it, and end')
      .addOption(new Option('--ends-with-input', 'end when standard input does').hideHelp())
  },
  parse: (_, flags) => ({
    intervalSeconds: parseInterval(String(flags['interval'])),
    once: flags['once'] === true,
    endsWithInput: flags['endsWithInput'] === true,
  }),
  run: async ({ intervalSeconds, once, endsWithInput }, context) => {
    const queue = await (await context.relayq()).supervision(markThisProcess())
    const { Supervisor } = await import('../../supervisor/supervisor.ts')
    const supervisor = new Supervisor(queue, { say: context.say })
    try {
      if (once) return tellOnce(await supervisor.once(), context)
      const stopped = AbortSignal.any([
        context.interrupted(),
        ...(endsWithInput ? [endOfInput(context)] : []),
      ])
      const watch = { supervisor, hasNews: () => queue.hasNews() || supervisor.hasNews(), say: context.say }
      await keepTicking(watch, intervalSeconds, stopped)
      return 0
    } finally {
      await supervisor.close()
      context.streams.in.destroy()
    }
  },
})

function parseInterval(text: string): number {
  const seconds = parseDuration(text)
  if (seconds !== null && seconds >= 1 && seconds <= 3_600) return seconds
  throw new RelayError('usage', `--interval cannot be "${text}".`, {
    hint: 'Give a duration from 1s to 1h, such as 5s.',
  })
}

interface Watch {
  readonly supervisor: Supervisor
  readonly hasNews: () => boolean
  readonly say: (line: string) => void
}

async function keepTicking(watch: Watch, intervalSeconds: number, signal: AbortSignal): Promise<void> {
  let pause = intervalSeconds
  let told = ''
  while (!signal.aborted) {
    watch.hasNews()
    const tick = await watch.supervisor.tick()
    const news = inWords(tick)
    if (news !== told) watch.say(news)
    told = news
    pause = tick.kind === 'outage' ? Math.min(pause * 2, longestPauseSeconds) : intervalSeconds
    await untilNews(watch, pause * 1000, tick.kind === 'done', signal)
  }
}

/** How soon a job that was just submitted is noticed, in ms. */
const newsMs = 100

/** Waits for the next look: until its time has come or, while the broker can be asked, there is something new to send. */
async function untilNews(
  { hasNews }: Watch,
  forMs: number,
  isListening: boolean,
  signal: AbortSignal,
): Promise<void> {
  const end = Date.now() + forMs
  while (!signal.aborted && Date.now() < end) {
    const slice = isListening ? Math.min(newsMs, end - Date.now()) : end - Date.now()
    await sleep(Math.max(0, slice), undefined, { signal }).catch(() => undefined)
    if (isListening && hasNews()) return
  }
}

function tellOnce(tick: Tick, context: Context): number {
  context.say(inWords(tick))
  if (tick.kind === 'outage') throw tick.error
  return 0
}

/** The same words for the same state of things: only changes are told. */
function inWords(tick: Tick): string {
  switch (tick.kind) {
    case 'standby':
      return 'another process supervises; this one takes over when that one ends'
    case 'outage':
      return `nothing can be done now, and jobs are kept: ${tick.error.message}`
    case 'done':
      return tick.active === 0 ? 'supervising: no job is active' : `supervising ${tick.active} active jobs`
  }
}
