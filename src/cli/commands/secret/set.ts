import { requireSecretName, setSecret } from '../../../github/secrets.ts'
import { addBrokerOptions } from '../../broker-options.ts'
import { command } from '../../command.ts'
import { readSecret } from '../../read-secret.ts'
import { secretArgument } from './secret-argument.ts'

export interface SetSecretOptions {
  readonly name: string
}

/** Seals a value to the repository's key and puts it. */
export const setSecretCommand = command<SetSecretOptions>({
  define: command => {
    addBrokerOptions(command).argument('<name>', 'such as OPENAI_API_KEY; the value comes from stdin')
  },
  parse: ([written = '']) => ({ name: requireSecretName(secretArgument(written, 'set')) }),
  run: async ({ name }, context) => {
    const { client } = await (await context.relayq()).github()
    const done = await setSecret(client, name, await readSecret(context.streams, name))
    context.say(`${name} is ${done}; jobs that start from now on get it`)
    return 0
  },
})
