import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { until } from './support/fleet.ts'
import { type Block, shellBlocks } from './support/pages/blocks.ts'
import { type Stage, setStage } from './support/pages/stage.ts'
import type { Terminal } from './support/pages/terminal.ts'

/** Block `index` of a page, counted from 0. */
function block(page: string, index: number): Block {
  return shellBlocks(page)[index] ?? assert.fail(`${page} has no shell block ${index}`)
}

const vmPage = 'docs/SETUP_OCI_TRIGGER.md'
const rpiPage = 'docs/SETUP_RUNNERS_rpi.md'
const macPage = 'docs/SETUP_RUNNERS_mac.md'
const runbook = 'docs/RUNBOOK.md'
const yes = { '[y/N] ': ['y\r'] }

test('the pages, read in order by a new user, end in a finished job', { timeout: 240_000 }, async t => {
  const stage = await setStage(t)
  const { vm, rpi4, rpi3, mac } = stage
  await t.test('a VM is set up with two tokens', () => setUpVm(stage))
  await t.test('two Raspberry Pis and a Mac become runners', async () => {
    await Promise.all([
      rpi4.type(block(rpiPage, 0)),
      rpi3.type(block(rpiPage, 0), { placeholders: [['rpi4', 'rpi3']] }),
      mac.type(block(macPage, 0), { only: ({ text }) => !text.includes('models') }),
    ])
    await Promise.all([rpi4, rpi3, mac].map(machine => allowLoopback(machine, stage)))
  })
  await t.test('the doctor finds nothing wrong', async () => {
    assert.match(await vm.type(block(runbook, 0)), /^relayq: all is well \(\d+ looked at\)$/m)
  })
  await t.test('a first job is done', async () => {
    assert.match(await vm.type(block(vmPage, 2)), /^succeeded\n.*\briver\b/m)
  })
  await t.test('the machines are updated, and taken away again', async () => {
    await untilQuiet(stage)
    await Promise.all([
      rpi4.type(block(rpiPage, 1), { answers: yes }),
      rpi3.type(block(rpiPage, 1), { placeholders: [['rpi4', 'rpi3']], answers: yes }),
      mac.type(block(macPage, 2), { answers: yes }),
    ])
  })
})

async function setUpVm({ vm, submitToken, setupToken }: Stage): Promise<void> {
  await vm.type(block(vmPage, 0))
  writeFileSync(join(vm.machine.env['HOME'] ?? '', 'tokens'), `${submitToken}\n${setupToken}\n`)
  const answers = {
    'Paste the token': [`${setupToken}\r`, `${submitToken}\r`],
    'Make these changes?': ['y\r'],
  }
  await vm.type(block(vmPage, 1), { answers })
}

/** No run is under way: what takes a machine away refuses while it works. */
async function untilQuiet({ hub }: Stage): Promise<void> {
  await until('the end of every run', async () => {
    const { body } = await hub.json('/actions/runs')
    const { workflow_runs: runs } = body as { workflow_runs: { status: string }[] }
    return runs.every(({ status }) => status === 'completed') ? true : null
  })
}

/** The recordings are on this machine, which no job may fetch from unless its owner says so. */
async function allowLoopback(machine: Terminal, { audioHost }: Stage): Promise<void> {
  const [host, port] = audioHost.split(':')
  const text = `relayq runner env set RELAYQ_ALLOW_CIDRS=${host}/32:${port}`
  await machine.type({ page: 'of this test', notRun: null, commands: [{ line: 0, text }] })
}
