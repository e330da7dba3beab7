/**
 * `node test/conformance/fetch-description.ts` renews test/fixtures/github-api.json from the npm package
 * @octokit/openapi, which is too large (90 MB) to depend on: fetched, trimmed, discarded.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonObject } from '../../src/base/json.ts'
import { type Description, descriptionFile } from './description.ts'
import { trimDescription } from './trim-description.ts'

const version = '23.0.2'

function fetchDocument(folder: string): JsonObject {
  const inFolder = { cwd: folder, encoding: 'utf8' } as const
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', `@octokit/openapi@${version}`], inFolder),
  ) as readonly { readonly filename: string }[]
  const member = 'package/generated/api.github.com.json'
  execFileSync('tar', ['-xzf', packed?.filename ?? '', member], inFolder)
  return JSON.parse(readFileSync(join(folder, member), 'utf8')) as JsonObject
}

/** One line for each operation and schema: small, and a new version can be read as a diff. */
function serialize({ source, operations, schemas }: Description): string {
  const lines = (members: object) =>
    Object.entries(members)
      .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
      .join(',\n')
  return `{"source":${JSON.stringify(source)},\n"operations":{\n${lines(operations)}\n},\n"schemas":{\n${lines(schemas)}\n}}\n`
}

const folder = mkdtempSync(join(tmpdir(), 'relayq-openapi-'))
try {
  writeFileSync(descriptionFile, serialize(trimDescription(version, fetchDocument(folder))))
} finally {
  rmSync(folder, { recursive: true })
}
