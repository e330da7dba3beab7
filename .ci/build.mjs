// Builds dist/ for npm: Node refuses to strip types under node_modules, so the published package is JavaScript.
// Files of src that are not TypeScript (action manifests, style sheets) go along as they are, and the manual is written
// from the commands there are.
import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

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

const load = path => import(pathToFileURL(join(dist, path)))
const { commands } = await load('cli/commands.js')
const { describeCommands } = await load('cli/describe-commands.js')
const { renderManPage } = await load('cli/man-page.js')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
// https://reproducible-builds.org/specs/source-date-epoch/
const built = process.env.SOURCE_DATE_EPOCH ? new Date(process.env.SOURCE_DATE_EPOCH * 1000) : new Date()
const date = built.toISOString().slice(0, 10)
writeFileSync(join(dist, 'relayq.1'), renderManPage(await describeCommands(commands), { version, date }))
