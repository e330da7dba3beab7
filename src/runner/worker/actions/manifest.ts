import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Node } from 'yaml'
import { RelayError, systemErrorCode } from '../../../base/errors.ts'
import type { TemplateToken } from '../../../model/template-token.ts'
import type { StepTemplate } from '../../../workflow/step-template.ts'
import { readCompositeSteps } from './composite-steps.ts'
import { YamlSource } from './yaml-source.ts'

/** What an action declares about itself in its action.yml. */
export interface ActionManifest {
  readonly name: string
  readonly inputs: readonly ActionInput[]
  readonly outputs: readonly ActionOutput[]
  readonly runs: NodeRuns | CompositeRuns
}

interface ActionInput {
  readonly name: string
  readonly required: boolean
  /** May hold an expression, such as github.token; null when there is none. */
  readonly default: TemplateToken
  readonly deprecationMessage: string | null
}

interface ActionOutput {
  readonly name: string
  /** Of a composite action: what it is computed from. null for others, which write to GITHUB_OUTPUT. */
  readonly value: TemplateToken
}

export interface NodeRuns {
  readonly kind: 'node'
  /** As declared, `node12` to `node24`; RelayQ runs all of them on its own Node. */
  readonly using: string
  /** Absolute path. */
  readonly main: string
  readonly pre: ActionHook | null
  readonly post: ActionHook | null
}

/** A script before or after the job's steps. */
export interface ActionHook {
  /** Absolute path. */
  readonly script: string
  /** Expression text; `always()` when nothing is declared. */
  readonly condition: string
}

export interface CompositeRuns {
  readonly kind: 'composite'
  readonly steps: readonly StepTemplate[]
}

type YamlNode = Node | null | undefined
type Members = ReadonlyMap<string, YamlNode>

/** Reads action.yml, or action.yaml, of a folder. Throws RelayError `invalid_workflow` with file and line. */
export async function readActionManifest(dir: string): Promise<ActionManifest> {
  for (const path of [join(dir, 'action.yml'), join(dir, 'action.yaml')]) {
    const text = await readIfPresent(path)
    if (text !== null) return parseManifest(dir, new YamlSource(path, text))
  }
  throw new RelayError('invalid_workflow', `There is no action.yml and no action.yaml in ${dir}`, {
    hint: 'Check the path behind `uses:`; an action of the repository itself needs a checkout step before it.',
  })
}

async function readIfPresent(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (thrown) {
    const code = systemErrorCode(thrown)
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw new RelayError('invalid_workflow', `${path} cannot be read: ${code}`, { cause: thrown })
  }
}

function parseManifest(dir: string, source: YamlSource): ActionManifest {
  const members = source.members(source.root, 'an action')
  const inputs = [...source.members(members.get('inputs'), 'inputs')]
  const outputs = [...source.members(members.get('outputs'), 'outputs')]
  return {
    name: source.text(members.get('name'), 'name'),
    inputs: inputs.map(([name, node]) => readInput(source, name, node)),
    outputs: outputs.map(([name, node]) => readOutput(source, name, node)),
    runs: readRuns(dir, source, members.get('runs')),
  }
}

function readInput(source: YamlSource, name: string, node: YamlNode): ActionInput {
  const members = source.members(node, `inputs.${name}`)
  const deprecation = source.text(members.get('deprecationMessage'), 'deprecationMessage')
  return {
    name,
    required: source.boolean(members.get('required'), 'required'),
    default: source.token(members.get('default'), 'default'),
    deprecationMessage: deprecation === '' ? null : deprecation,
  }
}

function readOutput(source: YamlSource, name: string, node: YamlNode): ActionOutput {
  const members = source.members(node, `outputs.${name}`)
  return { name, value: source.token(members.get('value'), 'value') }
}

function readRuns(dir: string, source: YamlSource, node: YamlNode): ActionManifest['runs'] {
  const members = source.members(node, 'runs')
  const using = source.text(members.get('using'), 'runs.using').toLowerCase()
  if (using === 'composite') {
    return { kind: 'composite', steps: readCompositeSteps(source, members.get('steps')) }
  }
  if (/^node(12|16|20|24)$/.test(using)) return readNodeRuns(dir, source, node, using, members)
  const reason =
    using === 'docker' ? 'docker actions are not built yet' : `'${using}' is not a way to run an action`
  throw source.error(members.get('using') ?? node, `${reason}: expected node12 to node24, or composite`)
}

function readNodeRuns(
  dir: string,
  source: YamlSource,
  node: YamlNode,
  using: string,
  members: Members,
): NodeRuns {
  const main = source.text(members.get('main'), 'runs.main')
  if (main === '') throw source.error(node, 'a JavaScript action needs runs.main')
  return {
    kind: 'node',
    using,
    main: join(dir, main),
    pre: readHook(dir, source, members, 'pre'),
    post: readHook(dir, source, members, 'post'),
  }
}

/** Unlike a step, a hook without `if` runs whatever happened before it, and one with `if` gets no status function. */
function readHook(
  dir: string,
  source: YamlSource,
  members: Members,
  which: 'pre' | 'post',
): ActionHook | null {
  const script = source.text(members.get(which), `runs.${which}`)
  if (script === '') return null
  const condition = source.text(members.get(`${which}-if`), `runs.${which}-if`).trim()
  const expression = /^\$\{\{(.*)\}\}$/s.exec(condition)?.[1]?.trim() ?? condition
  return { script: join(dir, script), condition: expression === '' ? 'always()' : expression }
}
