import { extname, join } from 'node:path'
import type { TemplateToken } from '../../../../model/template-token.ts'
import type { ActionHook, ActionManifest } from '../manifest.ts'

/** Name and default of an input; null where the real action has no default. */
type Input = readonly [name: string, defaultValue: TemplateToken]

const fromGithub = (member: string): TemplateToken => ({ type: 3, expr: `github.${member}` })

const cacheInputs: readonly Input[] = [
  ['path', null],
  ['key', null],
  ['restore-keys', null],
  ['upload-chunk-size', null],
  ['enableCrossOsArchive', 'false'],
  ['fail-on-cache-miss', 'false'],
  ['lookup-only', 'false'],
  ['save-always', 'false'],
]
const cacheOutputs = ['cache-hit', 'cache-primary-key', 'cache-matched-key']

/**
 * The manifest of RelayQ's stand-in for a popular action, or null. Inputs, defaults and outputs are those of the real
 * ones: checkout v7.0.1, upload-artifact v7.0.0, download-artifact v8.0.1, cache v5.0.5.
 */
export function standInManifest(action: string): ActionManifest | null {
  switch (action.toLowerCase()) {
    case 'actions/checkout':
      return manifest('Checkout', 'checkout', checkoutInputs, ['ref', 'commit'])
    case 'actions/upload-artifact':
      return manifest('Upload artifact', 'upload-artifact', uploadInputs, [
        'artifact-id',
        'artifact-url',
        'artifact-digest',
      ])
    case 'actions/download-artifact':
      return manifest('Download artifact', 'download-artifact', downloadInputs, ['download-path'])
    case 'actions/cache': {
      const save = { script: script('cache', 'save'), condition: 'success()' }
      return manifest('Cache', 'cache', cacheInputs, cacheOutputs, { main: 'restore', post: save })
    }
    case 'actions/cache/restore':
      return manifest('Restore cache', 'cache', cacheInputs, cacheOutputs, { main: 'restore', post: null })
    case 'actions/cache/save':
      return manifest('Save cache', 'cache', cacheInputs, [], { main: 'save', post: null })
    default:
      return null
  }
}

const uploadInputs: readonly Input[] = [
  ['name', 'artifact'],
  ['path', null],
  ['if-no-files-found', 'warn'],
  ['retention-days', null],
  ['compression-level', '6'],
  ['overwrite', 'false'],
  ['include-hidden-files', 'false'],
  ['archive', 'true'],
]

const downloadInputs: readonly Input[] = [
  ['name', null],
  ['artifact-ids', null],
  ['path', null],
  ['pattern', null],
  ['merge-multiple', 'false'],
  ['github-token', null],
  ['repository', fromGithub('repository')],
  ['run-id', fromGithub('run_id')],
  ['skip-decompress', 'false'],
  ['digest-mismatch', 'error'],
]

const checkoutInputs: readonly Input[] = [
  ['repository', fromGithub('repository')],
  ['ref', null],
  ['token', fromGithub('token')],
  ['ssh-key', null],
  ['ssh-known-hosts', null],
  ['ssh-strict', 'true'],
  ['ssh-user', 'git'],
  ['persist-credentials', 'true'],
  ['path', null],
  ['clean', 'true'],
  ['filter', null],
  ['sparse-checkout', null],
  ['sparse-checkout-cone-mode', 'true'],
  ['fetch-depth', '1'],
  ['fetch-tags', 'false'],
  ['show-progress', 'true'],
  ['lfs', 'false'],
  ['submodules', 'false'],
  ['set-safe-directory', 'true'],
  ['github-server-url', null],
]

function manifest(
  name: string,
  folder: string,
  inputs: readonly Input[],
  outputs: readonly string[],
  scripts: { readonly main: string; readonly post: ActionHook | null } = { main: 'main', post: null },
): ActionManifest {
  return {
    name,
    inputs: inputs.map(([input, defaultValue]) => ({
      name: input,
      required: false,
      default: defaultValue,
      deprecationMessage: null,
    })),
    outputs: outputs.map(output => ({ name: output, value: null })),
    runs: {
      kind: 'node',
      using: 'node24',
      main: script(folder, scripts.main),
      pre: null,
      post: scripts.post,
    },
  }
}

/** `.ts` in a checkout, `.js` in the installed package: the entry is whatever this file itself is. */
function script(folder: string, name: string): string {
  return join(import.meta.dirname, folder, `${name}${extname(import.meta.filename)}`)
}
