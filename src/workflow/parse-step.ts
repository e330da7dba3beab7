import type { TemplateToken } from '../model/template-token.ts'
import { parseActionRef } from './action-ref.ts'
import {
  isExpression,
  notSupported,
  readMembers,
  type SourceToken,
  sourceError,
  toTemplateToken,
} from './source.ts'
import {
  referenceTo,
  type StepTemplate,
  type StepTemplateReference,
  scriptInputs,
  stepKeys,
  titleOf,
} from './step-template.ts'

/** What GitHub's conversion has worked out for a step: `id` given or generated, condition with a status function. */
export interface ConvertedStep {
  readonly id: string
  readonly if?: { readonly expression: string }
}

type Members = ReadonlyMap<string, SourceToken>

const jobStepKeys = [...stepKeys, 'timeout-minutes']

export function parseStep(path: string, token: SourceToken, converted: ConvertedStep): StepTemplate {
  const members = readMembers(path, token, 'a step', jobStepKeys)
  const uses = members.get('uses')
  return {
    name: converted.id,
    contextName: converted.id,
    displayNameToken: displayName(members),
    condition: converted.if?.expression ?? 'success()',
    continueOnError: toTemplateToken(members.get('continue-on-error')),
    timeoutInMinutes: toTemplateToken(members.get('timeout-minutes')),
    environment: toTemplateToken(members.get('env')),
    inputs: uses
      ? toTemplateToken(members.get('with'))
      : scriptInputs(members, key => toTemplateToken(members.get(key))),
    reference: uses ? actionReference(path, uses) : { type: 'script' },
  }
}

function actionReference(path: string, uses: SourceToken): StepTemplateReference {
  const action = parseActionRef(uses.toString())
  if (action === null) {
    throw sourceError(path, uses, `'${uses}' is not an action: expected owner/repo@ref or ./path`)
  }
  if (action.kind === 'docker') throw notSupported(path, uses, 'A docker:// action')
  return referenceTo(action)
}

/** The declared name, else GitHub's: "Run" with the action or the first line of the script. */
function displayName(members: Members): TemplateToken {
  const name = members.get('name')
  if (name) return toTemplateToken(name)
  const subject = members.get('uses') ?? members.get('run')
  if (!subject) return 'Run'
  if (!isExpression(subject)) return titleOf(subject.toString())
  return {
    type: 3,
    expr: subject.originalExpressions
      ? runFirstLine(subject.expression)
      : `format('Run {0}', ${subject.expression})`,
  }
}

/** `format('a {0}\nb {1}', x, y)` becomes `format('Run a {0}', x, y)`; arguments that are left over do no harm. */
function runFirstLine(format: string): string {
  return format.replace(/^format\('((?:[^']|'')*)'/, (_, text: string) => `format('${titleOf(text)}'`)
}
