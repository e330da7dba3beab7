import { RelayError } from '../../../base/errors.ts'
import { removeSecret, requireSecretName } from '../../../github/secrets.ts'
import { addBrokerOptions } from '../../broker-options.ts'
import { command } from '../../command.ts'

export interface RemoveSecretOptions {
  readonly name: string
}

export const removeSecretCommand = command<RemoveSecretOptions>({
  define: command => {
    addBrokerOptions(command).argument('<name>', 'as relayq secret list shows it')
  },
  parse: ([name = '']) => ({ name: requireSecretName(name) }),
  run: async ({ name }, context) => {
    const { client } = await (await context.relayq()).github()
    if (await removeSecret(client, name)) {
      context.say(`${name} is removed`)
      return 0
    }
    throw new RelayError('invalid_input', `The repository has no secret ${name}.`, {
      hint: 'See those it has: relayq secret list',
    })
  },
})
