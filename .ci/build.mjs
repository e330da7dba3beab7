// Builds dist/ for npm: Node refuses to strip types under node_modules, so the published package is JavaScript.
// Files of src that are not TypeScript (action manifests, style sheets) go along as they are.
import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')

rmSync(dist, { recursive: true, force: true })
execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' })
for (const entry of readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || entry.name.endsWith('.ts')) continue
  const source = join(entry.parentPath, entry.name)
  const target = join(dist, source.slice(join(root, 'src').length))
  mkdirSync(dirname(target), { recursive: true })
  copyFileSync(source, target)
}
chmodSync(join(dist, 'cli/main.js'), 0o755)
