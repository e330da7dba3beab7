import { RelayError } from '../../../../base/errors.ts'
import { withoutEnvValue } from '../../../../config/edit-env-file.ts'
import { machineEnvPath, readMachineEnv, writeMachineEnv } from '../../../../config/machine-env.ts'
import { findPaths } from '../../../../config/paths.ts'
import { command } from '../../../command.ts'

export interface UnsetEnvOptions {
  readonly names: readonly string[]
}

/** Takes lines out of the env file; all of them, or none where one is not there. */
export const unsetEnv = command<UnsetEnvOptions>({
  define: command => {
    command.argument('<names...>', 'as relayq runner env list shows them')
  },
  parse: names => ({ names: [...new Set(names)] }),
  run: async ({ names }, context) => {
    const path = machineEnvPath(findPaths(context.env))
    const rest = names.reduce(
      (text, name) => {
        const without = withoutEnvValue(text, name)
        return without === text ? missing(name, path) : without
      },
      await readMachineEnv(path),
    )
    await writeMachineEnv(path, rest)
    context.say(`${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} no longer set in ${path}`)
    return 0
  },
})

function missing(name: string, path: string): never {
  throw new RelayError('invalid_input', `${path} does not set ${name}.`, {
    hint: 'See what it sets: relayq runner env list',
  })
}
