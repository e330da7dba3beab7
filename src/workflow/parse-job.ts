import type { TemplateToken } from '../model/template-token.ts'
import { checkConcurrency } from './parse-concurrency.ts'
import { parsePermissions } from './parse-permissions.ts'
import { type ConvertedStep, parseStep } from './parse-step.ts'
import {
  isExpression,
  isMapping,
  notSupported,
  readMembers,
  type SourceToken,
  sourceError,
  toTemplateToken,
} from './source.ts'
import type { JobTemplate } from './workflow.ts'

/** What GitHub's conversion has worked out for a job, beside its steps: needs checked, condition with a status function. */
export interface ConvertedJob {
  readonly needs?: readonly { readonly value: string }[]
  readonly if: { readonly expression: string }
  readonly steps: readonly ConvertedStep[]
}

const jobKeys = [
  'name',
  'needs',
  'if',
  'runs-on',
  'strategy',
  'outputs',
  'timeout-minutes',
  'continue-on-error',
  'env',
  'defaults',
  'concurrency',
  'permissions',
  'steps',
]

export function parseJob(
  path: string,
  key: string,
  token: SourceToken,
  converted: ConvertedJob,
): JobTemplate {
  const members = readMembers(path, token, `job '${key}'`, jobKeys)
  const defaults = members.get('defaults')
  if (defaults) checkDefaults(path, defaults)
  const steps = members.get('steps')
  if (!steps) throw sourceError(path, token, `job '${key}' has no steps`)
  return {
    key,
    name: toTemplateToken(members.get('name')),
    needs: (converted.needs ?? []).map(need => need.value),
    condition: converted.if.expression,
    runsOn: parseRunsOn(path, members.get('runs-on')),
    strategy: toTemplateToken(members.get('strategy')),
    env: toTemplateToken(members.get('env')),
    defaults: toTemplateToken(defaults),
    outputs: toTemplateToken(members.get('outputs')),
    timeoutMinutes: toTemplateToken(members.get('timeout-minutes')),
    continueOnError: toTemplateToken(members.get('continue-on-error')),
    concurrency: toTemplateToken(checkConcurrency(path, members.get('concurrency'))),
    permissions: parsePermissions(members.get('permissions')),
    steps: parseSteps(path, steps, converted.steps),
  }
}

/** `defaults:` may hold nothing but `run: {shell, working-directory}`. */
export function checkDefaults(path: string, token: SourceToken): void {
  const run = readMembers(path, token, 'defaults', ['run']).get('run')
  if (run) readMembers(path, run, 'defaults.run', ['shell', 'working-directory'])
}

/** Labels only: runner groups exist in organisations, and the hub has none. `{labels: ...}` alone is the same as its labels. */
function parseRunsOn(path: string, token: SourceToken | undefined): TemplateToken {
  if (!token || !isMapping(token)) return toTemplateToken(token)
  const labels = readMembers(path, token, 'runs-on', ['labels']).get('labels')
  if (!labels) throw sourceError(path, token, 'runs-on has no labels')
  return toTemplateToken(labels)
}

function parseSteps(path: string, token: SourceToken, converted: readonly ConvertedStep[]) {
  return [...token.assertSequence('steps')].map((step, index) => {
    const conversion = converted[index]
    if (isExpression(step) || !conversion) throw notSupported(path, step, 'A step of this form')
    return parseStep(path, step, conversion)
  })
}
