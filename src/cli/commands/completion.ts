import { RelayError } from '../../base/errors.ts'
import { command } from '../command.ts'
import { type CommandDescription, describeCommands } from '../describe-commands.ts'
import { choiceArgument } from '../option-values.ts'

const shells = ['bash', 'zsh', 'fish'] as const

type Shell = (typeof shells)[number]

export interface CompletionOptions {
  readonly shell: Shell
}

/** Prints what makes a shell complete RelayQ's commands, options, jobs and runners; made of the commands there are. */
export const completion = command<CompletionOptions>({
  define: command => {
    command.addArgument(choiceArgument('<shell>', 'whose completion', shells))
  },
  parse: ([word = '']) => {
    const shell = shells.find(known => known === word)
    if (shell) return { shell }
    throw new RelayError('usage', `There is no completion for ${JSON.stringify(word)}.`, {
      hint: `Shells: ${shells.join(', ')}.`,
    })
  },
  run: async ({ shell }, { streams }) => {
    const { commands } = await import('../commands.ts')
    const render = await rendererOf(shell)
    streams.out.write(render(await describeCommands(commands)))
    return 0
  },
})

async function rendererOf(shell: Shell): Promise<(commands: readonly CommandDescription[]) => string> {
  switch (shell) {
    case 'bash':
      return (await import('../completion/bash.ts')).bashCompletion
    case 'zsh':
      return (await import('../completion/zsh.ts')).zshCompletion
    case 'fish':
      return (await import('../completion/fish.ts')).fishCompletion
  }
}
