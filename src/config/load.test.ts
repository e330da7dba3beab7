import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { loadConfig } from './load.ts'
import { findPaths } from './paths.ts'

function machine(t: TestContext, files: { readonly yaml?: string; readonly env?: string }) {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-config-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const config = join(folder, 'config')
  mkdirSync(config)
  if (files.env !== undefined) writeFileSync(join(config, 'env'), files.env, { mode: 0o600 })
  if (files.yaml !== undefined) writeFileSync(join(folder, 'relayq.yaml'), files.yaml)
  return {
    folder,
    envFile: join(config, 'env'),
    paths: findPaths({ HOME: folder, RELAYQ_CONFIG_HOME: config }),
  }
}

const layers = [
  { layer: 'default', value: 'policy/policy.yaml' },
  { layer: 'repository', value: 'from-yaml' },
  { layer: 'machine', value: 'from-env-file' },
  { layer: 'environment', value: 'from-environment' },
  { layer: 'flag', value: 'from-flag' },
]

for (const [index, { layer, value }] of layers.entries()) {
  test(`A setting comes from ${layer} where nothing stronger names it`, async t => {
    const { folder, paths } = machine(t, {
      ...(index >= 1 ? { yaml: 'policy: from-yaml\n' } : {}),
      ...(index >= 2 ? { env: 'RELAYQ_POLICY=from-env-file\n' } : {}),
    })
    const config = await loadConfig({
      paths,
      checkout: folder,
      env: index >= 3 ? { RELAYQ_POLICY: 'from-environment' } : { RELAYQ_POLICY: '' },
      flags: index >= 4 ? { RELAYQ_POLICY: 'from-flag' } : {},
    })
    assert.equal(config.get('RELAYQ_POLICY'), value)
    assert.equal(config.layerOf('RELAYQ_POLICY'), layer)
  })
}

test('An unknown key of relayq.yaml is refused with its place and the nearest known one', async t => {
  const { folder, paths } = machine(t, { yaml: '# ours\nrepositry: octo/queue\n' })
  await assert.rejects(loadConfig({ env: {}, paths, checkout: folder }), {
    code: 'invalid_config',
    message: `${join(folder, 'relayq.yaml')}:2:1: unknown key "repositry".`,
    hint: 'Did you mean repository?',
  })
})

test('Broken YAML and values that are no text are refused with their place', async t => {
  for (const [yaml, place] of [
    ['repository: [a\n', /relayq\.yaml:2:1:/],
    ['ref: 1\n', /relayq\.yaml:1:6: ref must be text/],
    ['- a\n', /expected a mapping/],
    ['encrypt: "yes"\n', /relayq\.yaml:1:10: encrypt must be true or false/],
    ['recipients: age1\n', /relayq\.yaml:1:13: recipients must be names with a text each/],
    ['recipients: {macmini: 1}\n', /recipients must be names with a text each/],
    ['recipients: {macmini: {a: b}}\n', /recipients must be names with a text each/],
  ] as const) {
    const { folder, paths } = machine(t, { yaml })
    await assert.rejects(loadConfig({ env: {}, paths, checkout: folder }), place)
  }
})

test('Keys that others may read, and lines that make no sense, are warned of', async t => {
  const { folder, paths, envFile } = machine(t, { env: 'AI_API_KEY=sk-1\nnonsense\n' })
  chmodSync(envFile, 0o644)
  const { warnings } = await loadConfig({ env: {}, paths, checkout: folder })
  assert.match(warnings.join('\n'), /env:2 is not KEY=VALUE/)
  assert.match(warnings.join('\n'), /chmod 600/)
  chmodSync(envFile, 0o600)
  assert.equal((await loadConfig({ env: {}, paths, checkout: folder })).warnings.length, 1)
})

test('A secret or a machine setting in relayq.yaml is an unknown key', async t => {
  const { folder, paths } = machine(t, { yaml: 'token: abc\n' })
  await assert.rejects(loadConfig({ env: {}, paths, checkout: folder }), { code: 'invalid_config' })
})

test('Names with a text each read as the setting has them elsewhere, and a switch as its word', async t => {
  const yaml = 'encrypt: true\nrecipients:\n  macmini: age1a\n  rpi4: age1b\n'
  const { folder, paths } = machine(t, { yaml })
  const config = await loadConfig({ env: {}, paths, checkout: folder })
  assert.equal(config.get('RELAYQ_RECIPIENTS'), 'macmini=age1a,rpi4=age1b')
  assert.equal(config.get('RELAYQ_ENCRYPT'), 'true')
})
