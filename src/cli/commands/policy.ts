import { RelayError } from '../../base/errors.ts'
import { describePolicy, describeRoute } from '../../policy/describe.ts'
import type { Policy } from '../../policy/policy.ts'
import { command } from '../command.ts'
import { choiceArgument } from '../option-values.ts'

export interface PolicyOptions {
  /** null: the file of the configuration. */
  readonly file: string | null
  readonly json: boolean
}

/** Reads a policy file and says what it does; what is wrong with it is told by line and column. */
export const policy = command<PolicyOptions>({
  define: command => {
    command
      .addArgument(choiceArgument('<action>', 'check: read it, and say what it does', ['check']))
      .argument('[file]', 'the policy file (default: RELAYQ_POLICY, policy/policy.yaml)')
      .option('--json', 'as JSON')
  },
  parse: ([action = '', file = null], flags) => {
    if (action !== 'check') {
      const hint = 'relayq policy check [FILE]'
      throw new RelayError('usage', `policy cannot ${JSON.stringify(action)}, only check.`, { hint })
    }
    return { file, json: flags['json'] === true }
  },
  run: async ({ file, json }, context) => {
    const policy = await (await context.relayq()).policy(file)
    const lines = [`${policy.path} is valid.`, ...describePolicy(policy)]
    const text = json ? JSON.stringify(policyRecord(policy), null, 2) : lines.join('\n')
    context.streams.out.write(`${text}\n`)
    return 0
  },
})

/** Every key at its value or default, and the same in words. */
function policyRecord({ path, routes, capabilities }: Policy): object {
  const machines = [...capabilities].map(([name, machine]) => {
    return [name, { ...machine, speed: Object.fromEntries(machine.speed) }] as const
  })
  return {
    path,
    routes: Object.fromEntries([...routes].map(([kind, route]) => [kind, withWords(route)])),
    capabilities: Object.fromEntries(machines),
  }
}

function withWords(route: Parameters<typeof describeRoute>[0]): object {
  return { ...route, words: describeRoute(route) }
}
