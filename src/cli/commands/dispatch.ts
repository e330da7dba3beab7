import { RelayError } from '../../base/errors.ts'
import { kindOfPooledWorkflow } from '../../model/kinds.ts'
import { explainDecision } from '../../policy/explain.ts'
import { addBrokerOptions, addRefOption } from '../broker-options.ts'
import { command } from '../command.ts'
import { parseInputs } from '../inputs.ts'

export interface DispatchOptions {
  readonly workflow: string
  readonly inputs: Readonly<Record<string, string>>
  readonly route: boolean
  readonly dryRun: boolean
  readonly verbose: boolean
}

/** The seed's contract: exactly the run's URL on stdout, all else on stderr. */
export const dispatch = command<DispatchOptions>({
  define: command => {
    addRefOption(addBrokerOptions(command))
      .argument('<workflow>', 'file of the workflow: x.yml or .github/workflows/x.yml')
      .argument('[inputs...]', 'its inputs, as name=value')
      .option('--no-route', 'leave the machine to the workflow, whatever the policy says')
      .option('-n, --dry-run', 'say what would be sent, and send nothing')
      .option('-v, --verbose', 'say why this machine was chosen')
  },
  parse: ([workflow = '', ...inputs], flags) => {
    if (workflow.includes('=')) {
      throw new RelayError('usage', `The workflow comes first, not "${workflow}".`, {
        hint: 'relayq dispatch transcribe_audio.yml url=https://example.com/a.mp3',
      })
    }
    return {
      workflow,
      inputs: parseInputs(inputs),
      route: flags['route'] !== false,
      dryRun: flags['dryRun'] === true,
      verbose: flags['verbose'] === true,
    }
  },
  run: async ({ workflow, inputs, route, dryRun, verbose }, context) => {
    const willRoute = route && inputs['runs_on'] === undefined && kindOfPooledWorkflow(workflow) !== null
    const queue = await (await context.relayq()).queue({ willRoute })
    const outcome = await queue.dispatchWorkflow({ workflow, inputs, route, dryRun })
    if (outcome.decision) {
      const reasons = explainDecision(outcome.decision)
      for (const line of verbose || dryRun ? reasons : reasons.slice(0, 1)) context.say(line)
    }
    if (outcome.kind === 'dry_run') {
      context.say(`would dispatch ${outcome.request.workflow} at ${outcome.request.ref}`)
      for (const [name, value] of Object.entries(outcome.request.inputs)) context.say(`  ${name}=${value}`)
      return 0
    }
    for (const name of outcome.dropped) context.say(`${workflow} does not declare ${name}; sent without`)
    context.streams.out.write(`${outcome.runUrl}\n`)
    return 0
  },
})
