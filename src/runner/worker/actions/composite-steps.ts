import type { Node } from 'yaml'
import type { TemplateToken } from '../../../model/template-token.ts'
import { parseActionRef } from '../../../workflow/action-ref.ts'
import {
  referenceTo,
  type StepTemplate,
  type StepTemplateReference,
  scriptInputs,
  stepKeys,
  titleOf,
} from '../../../workflow/step-template.ts'
import type { YamlSource } from './yaml-source.ts'

type YamlNode = Node | null | undefined
type Members = ReadonlyMap<string, YamlNode>

/** The steps of a composite action, in the shape a server gives the steps of a job. Throws RelayError `invalid_workflow`. */
export function readCompositeSteps(source: YamlSource, node: YamlNode): readonly StepTemplate[] {
  const names = new Set<string>()
  return source.items(node, 'runs.steps').map(step => readStep(source, step, names))
}

function readStep(source: YamlSource, node: YamlNode, names: Set<string>): StepTemplate {
  const members = source.members(node, 'a step')
  for (const key of members.keys()) {
    if (!stepKeys.includes(key)) throw source.error(node, `a step of a composite action has no '${key}'`)
  }
  if (members.has('run') === members.has('uses')) throw source.error(node, 'a step needs either run or uses')
  const reference = members.has('uses')
    ? actionReference(source, members.get('uses'))
    : { type: 'script' as const }
  const contextName = contextNameOf(source, node, members, reference, names)
  return {
    name: contextName,
    contextName,
    displayNameToken: displayName(source, members),
    condition: source.condition(members.get('if'), 'if'),
    continueOnError: source.booleanToken(members.get('continue-on-error'), 'continue-on-error'),
    timeoutInMinutes: null,
    environment: source.mappingToken(members.get('env'), 'env'),
    inputs: members.has('uses')
      ? source.mappingToken(members.get('with'), 'with')
      : compositeScriptInputs(source, node, members),
    reference,
  }
}

/** Unlike a job, a composite action has no default shell: GitHub insists on one, so that it runs alike everywhere. */
function compositeScriptInputs(source: YamlSource, node: YamlNode, members: Members): TemplateToken {
  if (!members.has('shell')) throw source.error(node, 'a run step of a composite action needs a shell')
  return scriptInputs(members, key => source.token(members.get(key), key) ?? '')
}

function actionReference(source: YamlSource, node: YamlNode): StepTemplateReference {
  const uses = source.text(node, 'uses')
  const action = parseActionRef(uses)
  if (action === null)
    throw source.error(node, `'${uses}' is not an action: expected owner/repo@ref or ./path`)
  if (action.kind === 'docker') throw source.error(node, 'docker:// actions are not built yet')
  return referenceTo(action)
}

/** The step's id, or a generated name, which begins with `__` so that the `steps` context leaves it out. */
function contextNameOf(
  source: YamlSource,
  node: YamlNode,
  members: Members,
  reference: StepTemplateReference,
  names: Set<string>,
): string {
  const id = source.text(members.get('id'), 'id')
  if (id !== '' && (!/^[A-Za-z_][\w-]*$/.test(id) || id.startsWith('__'))) {
    throw source.error(members.get('id'), `'${id}' cannot be a step's id`)
  }
  const base = id === '' ? generatedName(reference) : id
  let name = base
  for (let count = 2; names.has(name.toLowerCase()); count++) {
    if (id !== '') throw source.error(node, `the id '${id}' is used twice`)
    name = `${base}_${count}`
  }
  names.add(name.toLowerCase())
  return name
}

function generatedName(reference: StepTemplateReference): string {
  if (reference.type === 'script') return '__run'
  return `__${(reference.name ?? 'self').replace(/\W+/g, '_')}`
}

function displayName(source: YamlSource, members: Members): TemplateToken {
  if (members.has('name')) return source.token(members.get('name'), 'name')
  return titleOf(source.text(members.get('uses') ?? members.get('run'), 'run'))
}
