import { formInWords, requireKind } from '../../model/inputs.ts'
import { type InputSpec, type KindSpec, kinds } from '../../model/kinds.ts'
import { shippedWorkflows } from '../../model/shipped-workflows.ts'
import { describeChain } from '../../policy/describe.ts'
import type { Route } from '../../policy/policy.ts'
import { command } from '../command.ts'
import { addJsonOption, type JsonFields, parseJsonFields, writeJson } from '../json-output.ts'
import { choiceArgument } from '../option-values.ts'
import { writeTable } from '../table.ts'

export interface KindsOptions {
  /** null: all of them. */
  readonly kind: KindSpec | null
  readonly json: JsonFields
}

const fields = ['name', 'description', 'workflow', 'sources', 'inputs', 'machines'] as const

/** What can be submitted, by the table that checks it, and where the policy sends it; no broker is asked. */
export const kindsCommand = command<KindsOptions>({
  define: command => {
    const names = kinds.map(({ name }) => name)
    command.addArgument(choiceArgument('[kind]', 'only this one, with its inputs', names))
    addJsonOption(command, fields)
  },
  parse: ([name = null], flags) => ({
    kind: name === null ? null : requireKind(name),
    json: parseJsonFields(flags, fields),
  }),
  run: async ({ kind, json }, { streams, relayq }) => {
    if (kind === null && !json) {
      const rows = kinds.map(({ name, description }) => [name, description])
      writeTable(streams, ['KIND', 'WHAT IT DOES'], rows)
      return 0
    }
    const { routes } = await (await relayq()).policyInUse()
    const record = (each: KindSpec) => kindRecord(each, routes.get(each.name))
    if (json) writeJson(streams, kind ? record(kind) : kinds.map(record), json)
    else if (kind) streams.out.write(`${describeKind(kind, routes.get(kind.name)).join('\n')}\n`)
    return 0
  },
})

function kindRecord(kind: KindSpec, route: Route | undefined) {
  const { name, description, workflow, sources, inputs } = kind
  return {
    ...{ name, description, workflow, sources },
    inputs: inputs.map(({ form, ...input }) => ({
      ...{ name: input.name, required: input.required, description: input.description },
      ...{ form: formInWords(form), values: 'values' in form ? form.values : null },
    })),
    machines: route
      ? {
          prefer: route.prefer.map(({ label }) => label),
          fallback: route.fallback.map(({ label }) => label),
          hosted: route.hosted,
        }
      : null,
  }
}

function describeKind(kind: KindSpec, route: Route | undefined): readonly string[] {
  const { name, description, workflow, sources, inputs } = kind
  const width = Math.max(...inputs.map(input => input.name.length))
  const isSource = (input: InputSpec) => sources.includes(input.name)
  const others = inputs.filter(input => !isSource(input))
  const group = (heading: string, members: readonly InputSpec[]) => {
    return members.length === 0 ? [] : [heading, ...members.map(input => describeInput(input, width))]
  }
  const machines = route ? describeChain(route) : `${usualLabels(kind)} (the policy has no route)`
  return [
    `${name}: ${description}`,
    `workflow  ${workflow}`,
    `machines  ${machines}`,
    ...group(kind.mayLackSource ? 'at most one of' : 'exactly one of', inputs.filter(isSource)),
    ...group(
      'required',
      others.filter(input => input.required),
    ),
    ...group(
      'optional',
      others.filter(input => !input.required),
    ),
  ]
}

function usualLabels({ workflow }: KindSpec): string {
  return shippedWorkflows.find(({ file }) => file === workflow)?.runsOn.join(', ') ?? ''
}

function describeInput({ name, description, form }: InputSpec, width: number): string {
  // Of these two, the description says all there is to know.
  const isPlain = form.kind === 'web_address' || form.kind === 'relayed_file'
  return `  ${name.padEnd(width)}  ${description}${isPlain ? '' : ` (${formInWords(form)})`}`
}
