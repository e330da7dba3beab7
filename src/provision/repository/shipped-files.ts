import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { NewFile } from '../../model/repository.ts'

/** The workflows that RelayQ dispatches to. */
const workflows = [
  'job.yml',
  'run_command.yml',
  'transcribe_audio.yml',
  'transcribe_mac.yml',
  'transcribe_rpi.yml',
]

/** src/provision/repository and dist/provision/repository are equally deep. */
const packageFolder = join(import.meta.dirname, '..', '..', '..')

/** What this version of RelayQ puts into a queue's repository. `repository`: as relayq.yaml names it. */
export function shippedFiles(repository: string): readonly NewFile[] {
  const paths = [...workflows.map(name => `.github/workflows/${name}`), 'policy/policy.yaml']
  const copied = paths.map(path => ({ path, text: readFileSync(join(packageFolder, path), 'utf8') }))
  return [...copied, { path: 'relayq.yaml', text: settingsOf(repository) }]
}

export function shippedVersion(): string {
  const text = readFileSync(join(packageFolder, 'package.json'), 'utf8')
  return String((JSON.parse(text) as { readonly version: unknown }).version)
}

export function isWorkflow(path: string): boolean {
  return path.startsWith('.github/workflows/')
}

/**
 * Where the repository keeps each file as RelayQ shipped it last: what an upgrade compares the user's text with. It lies
 * beside the files, since only there it is of the same commit as they are.
 */
export function recordPath(path: string): string {
  return `.relayq/shipped/${path}`
}

function settingsOf(repository: string): string {
  return `# What every clone of this queue shares; \`relayq config\` shows all settings and where each comes from.
repository: ${repository}
policy: policy/policy.yaml
`
}
