import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readInstalled } from '../../src/provision/runner/inventory.ts'
import { makeFakeMachine } from '../support/fake-machine.ts'
import { until } from '../support/fleet.ts'
import { runRelayq } from '../support/relayq-process.ts'
import { putRunnerPackage } from '../support/runner-package.ts'
import { startTestHub, testToken } from '../support/running-hub.ts'
import { shippedWorkflows } from '../support/shipped-workflows.ts'

interface Found {
  readonly check: string
  readonly severity: string
  readonly what: string
  readonly mend: { readonly command: string } | null
}

test('A machine that was set up as a runner is looked at whole; a service that has ended is named, and mended', {
  timeout: 180_000,
}, async t => {
  const machine = makeFakeMachine(t)
  const packages = join(machine.folder, 'hub', 'runner-packages')
  mkdirSync(packages, { recursive: true })
  putRunnerPackage(packages, { version: '2.336.0' })
  const files = Object.entries(shippedWorkflows).map(
    ([name, text]) => [`.github/workflows/${name}`, text] as const,
  )
  const hub = await startTestHub(t, Object.fromEntries(files), { stateDir: join(machine.folder, 'hub') })
  const checkout = join(machine.folder, 'checkout')
  mkdirSync(join(checkout, 'policy'), { recursive: true })
  writeFileSync(join(checkout, 'relayq.yaml'), 'repository: octo/queue\n')
  writeFileSync(join(checkout, 'policy', 'policy.yaml'), 'routes:\n  transcribe:\n    prefer: [rpi4]\n')
  const broker = { RELAYQ_API_URL: hub.hub.apiUrl, RELAYQ_TOKEN: testToken, GH_REPO: 'octo/queue' }
  const relayq = (...words: readonly string[]) =>
    runRelayq(words, checkout, { ...machine.env, ...broker, RELAYQ_CHECKOUT: checkout })
  const added = await relayq('runner', 'add', 'rpi4', '--no-tools')
  assert.equal(added.code, 0, added.stderr)
  const examine = async (...words: readonly string[]) => {
    const { stdout, stderr } = await relayq('doctor', ...words, '--json')
    assert.notEqual(stdout, '', stderr)
    return JSON.parse(stdout) as readonly Found[]
  }
  const of = (found: readonly Found[], check: string) => found.find(one => one.check === check)

  const well = await examine()
  assert.deepEqual(
    well.filter(({ severity }) => severity === 'problem').map(({ what }) => what),
    [],
  )
  assert.equal(of(well, 'services')?.what, 'rpi4 runs')
  assert.equal(of(well, 'upkeep')?.what, 'relayq-keep.timer is enabled')
  assert.match(of(well, 'isolation')?.what ?? '', /^jobs of rpi4 run as relayq-runner, behind hooks/)
  assert.match(of(well, 'runners')?.what ?? '', /^rpi4 online; transcribe → rpi4$/)
  assert.match(of(well, 'runner software')?.what ?? '', /^2\.336\.0 \(rpi4\)/)

  // What counts is what its jobs read, in a home of their own.
  const settings = join(readInstalled(machine.runners, 'rpi4')?.home ?? '', '.config', 'relayq', 'env')
  const before = readFileSync(settings, 'utf8')
  writeFileSync(settings, 'ASR_BACKEND=openai\n')
  const keyless = of(await examine('speech', 'machine'), 'speech')
  assert.match(keyless?.what ?? '', /openai: no key of OpenAI is set$/)
  writeFileSync(settings, before)

  const unit = 'relayq-runner-rpi4.service'
  execFileSync('systemctl', ['stop', unit], { env: machine.env })
  const sick = (await examine()).filter(({ severity }) => severity === 'problem')
  assert.equal(sick[0]?.what, 'the service of rpi4 does not run (stopped)')
  const command = sick[0]?.mend?.command.replace(/^sudo /, '') ?? ''
  assert.equal(command, `systemctl restart ${unit}`)
  execFileSync('/bin/sh', ['-c', command], { env: machine.env })
  await until('the runner to be back', async () => {
    const found = await examine('runners', 'machine')
    return found.some(({ severity }) => severity === 'problem') ? null : true
  })
})
