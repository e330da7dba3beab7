import { RelayError } from '../../../../base/errors.ts'
import { withoutEnvValue } from '../../../../config/edit-env-file.ts'
import { readMachineEnv, writeMachineEnv } from '../../../../config/machine-env.ts'
import { command } from '../../../command.ts'
import { addTargetOptions, type EnvTarget, envPathOf, parseTarget } from './env-target.ts'

export interface UnsetEnvOptions extends EnvTarget {
  readonly names: readonly string[]
}

/** Takes lines out of the env file; all of them, or none where one is not there. */
export const unsetEnv = command<UnsetEnvOptions>({
  define: command => {
    addTargetOptions(command).argument('<names...>', 'as relayq runner env list shows them')
  },
  parse: (names, flags) => ({ ...parseTarget(flags), names: [...new Set(names)] }),
  run: async ({ names, ...target }, context) => {
    const path = await envPathOf(target, context)
    const rest = names.reduce((text, name) => {
      const without = withoutEnvValue(text, name)
      return without === text ? missing(name, path) : without
    }, readMachineEnv(path))
    writeMachineEnv(path, rest)
    context.say(`${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} no longer set in ${path}`)
    return 0
  },
})

function missing(name: string, path: string): never {
  throw new RelayError('invalid_input', `${path} does not set ${name}.`, {
    hint: 'See what it sets: relayq runner env list',
  })
}
