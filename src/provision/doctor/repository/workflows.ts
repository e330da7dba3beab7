import { isJsonObject } from '../../../base/json.ts'
import { kinds } from '../../../model/kinds.ts'
import type { NewFile } from '../../../model/repository.ts'
import type { Check } from '../check.ts'
import { type Finding, manualMend, ok, problem, safeMend, warning } from '../finding.ts'
import type { RepositorySource } from './repository-source.ts'

const name = 'workflows'

/** One workflow that jobs are sent to. */
export interface WorkflowFacts {
  /** `transcribe_audio.yml`. */
  readonly file: string
  /** GitHub's word: `active`, `disabled_manually`, `disabled_inactivity`, ...; null: GitHub does not know it. */
  readonly state: string | null
  /** As it stands on the default branch; null: it could not be read. */
  readonly text: string | null
  /** As this version of RelayQ brings it. */
  readonly shipped: string
}

/** `shipped`: what this version of RelayQ puts into a repository. */
export function workflowsCheck(source: RepositorySource, shipped: readonly NewFile[]): Check {
  return {
    name,
    timeoutMs: 12_000,
    look: async () => {
      const list = await source.read('/actions/workflows?per_page=100')
      const facts = await Promise.all(
        kinds.map(async ({ workflow: file }) => ({
          file,
          state: stateIn(list, file),
          text: await textOf(source, file),
          shipped: shipped.find(({ path }) => path === `.github/workflows/${file}`)?.text ?? '',
        })),
      )
      return judgeWorkflows(facts, source.name)
    },
  }
}

function stateIn(list: unknown, file: string): string | null {
  const workflows = isJsonObject(list) && Array.isArray(list['workflows']) ? list['workflows'] : []
  const found = workflows.find(
    workflow => isJsonObject(workflow) && workflow['path'] === `.github/workflows/${file}`,
  )
  return isJsonObject(found) && found['state'] !== 'deleted' ? String(found['state']) : null
}

/** Of the default branch. */
async function textOf(source: RepositorySource, file: string): Promise<string | null> {
  const found = await source.read(`/contents/.github/workflows/${file}`)
  const content = isJsonObject(found) ? found['content'] : null
  return typeof content === 'string' ? Buffer.from(content, 'base64').toString('utf8') : null
}

/** Whether jobs can be sent to them, and whether they fit this version. Pure. */
export function judgeWorkflows(workflows: readonly WorkflowFacts[], repository: string): readonly Finding[] {
  const findings = workflows.flatMap(workflow => judgeWorkflow(workflow, repository) ?? [])
  if (findings.length > 0) return findings
  return [ok(name, `${workflows.map(({ file }) => file).join(', ')} there, active and in step`)]
}

/** null: all is well. */
function judgeWorkflow({ file, state, text, shipped }: WorkflowFacts, repository: string): Finding | null {
  const where = `.github/workflows/${file} of ${repository}`
  if (state === null) {
    return problem(name, `${file} is not on the default branch`, {
      why: 'jobs are sent to it: GitHub refuses each of them',
      mend: manualMend('relayq init'),
      where,
    })
  }
  if (state !== 'active') {
    const words = ['gh', 'workflow', 'enable', file, '--repo', repository]
    const isOwners = state === 'disabled_manually'
    return problem(name, `${file} is switched off (${state})`, {
      why: isOwners ? 'somebody did it by hand; no job can be sent' : 'GitHub did it; no job can be sent',
      mend: isOwners ? manualMend(words.join(' ')) : safeMend(words),
      where,
    })
  }
  if (text === null || text === shipped) return null
  const missing = inputsOf(shipped).filter(input => !inputsOf(text).includes(input))
  const protocol = protocolOf(shipped)
  if (missing.length === 0 && protocolOf(text) === protocol) return null
  const lacks = missing.length > 0 ? `takes no ${missing.join(', ')}` : `has not RELAYQ_PROTOCOL ${protocol}`
  return warning(name, `${file} is of another version: it ${lacks}`, {
    why: 'what this version sends with a job is refused or ignored there',
    mend: manualMend('relayq init'),
    where,
  })
}

/**
 * The names below `on.workflow_dispatch.inputs`, by their indentation: a file that somebody has edited may hold anything
 * else, and only these matter here.
 */
function inputsOf(text: string): readonly string[] {
  const lines = text.split(/\r?\n/)
  const start = lines.findIndex(line => /^\s+inputs:\s*$/.test(line))
  const indent = (line: string) => line.length - line.trimStart().length
  const from = indent(lines[start] ?? '')
  const rest = start < 0 ? [] : lines.slice(start + 1).filter(line => line.trim() !== '')
  const end = rest.findIndex(line => indent(line) <= from)
  const block = end < 0 ? rest : rest.slice(0, end)
  const own = Math.min(...block.map(indent))
  return block.flatMap(line => (indent(line) === own ? (/^\s*([\w-]+):/.exec(line)?.[1] ?? []) : []))
}

function protocolOf(text: string): string | null {
  return /RELAYQ_PROTOCOL:\s*'?(\d+)/.exec(text)?.[1] ?? null
}
