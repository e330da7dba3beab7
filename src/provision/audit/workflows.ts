import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { counted } from '../../base/counted.ts'
import type { Check } from '../doctor/check.ts'
import { type Finding, ok } from '../doctor/finding.ts'
import { runGit } from './git.ts'
import { auditWorkflowFile } from './workflow-file.ts'

const name = 'workflows'

/** Workflows as GitHub finds them, and actions of the repository's own wherever they lie. */
const patterns = [
  '.github/workflows/*.yml',
  '.github/workflows/*.yaml',
  'action.yml',
  'action.yaml',
  '**/action.yml',
  '**/action.yaml',
]

/** Every workflow and every action of a checkout as it lies there, committed or not. */
export function workflowsCheck(checkout: string): Check {
  return { name, timeoutMs: 30_000, look: signal => auditWorkflows(checkout, signal) }
}

async function auditWorkflows(checkout: string, signal: AbortSignal): Promise<readonly Finding[]> {
  const globs = patterns.map(pattern => `:(glob)${pattern}`)
  const listing = await runGit(
    checkout,
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate', '--', ...globs],
    { signal },
  )
  const paths = [...new Set(listing.split('\0').filter(path => path !== ''))]
  const texts = await Promise.all(paths.map(path => readFile(join(checkout, path), 'utf8')))
  const findings = paths.flatMap((path, index) => auditWorkflowFile(path, texts[index] ?? ''))
  if (findings.length > 0) return findings
  return [
    ok(
      name,
      `${counted(paths.length, 'file')} of workflows and actions: pinned, nothing spliced, no wide token`,
    ),
  ]
}
