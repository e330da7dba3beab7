import assert from 'node:assert/strict'
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { until } from './support/fleet.ts'
import { type Block, shellBlocks } from './support/pages/blocks.ts'
import { type Stage, setStage } from './support/pages/stage.ts'
import type { Placeholders, Terminal } from './support/pages/terminal.ts'
import { testToken } from './support/running-hub.ts'

/** Those with commands; docs/SDK.md and legacy/ARCHIVE.md are read by tests of their own. */
const vmPage = 'docs/SETUP_OCI_TRIGGER.md'
const rpiPage = 'docs/SETUP_RUNNERS_rpi.md'
const macPage = 'docs/SETUP_RUNNERS_mac.md'
const runbook = 'docs/RUNBOOK.md'
const tailscale = 'docs/TAILSCALE.md'
const scripts = 'docs/SCRIPTS.md'
const pages = [
  ...[
    'README.md',
    'CONTRIBUTING.md',
    'examples/README.md',
    vmPage,
    rpiPage,
    macPage,
    runbook,
    tailscale,
    scripts,
  ],
  ...['docs/OPSEC.md', 'docs/RELIABILITY.md', 'docs/ROUTING_POLICY.md', 'docs/LLM_ROUTING.md', 'docs/hub.md'],
]
/** What a test of its own runs. */
const elsewhere: Readonly<Record<string, string>> = {
  './relayq demo': 'test/e2e/demo.test.ts',
  'node bench/chaos.ts': 'test/chaos/chaos.test.ts',
  'relayq models pull': 'test/cli/models.test.ts',
}
const yes = { '[y/N] ': ['y\r'] }

/** The block of the page in which these words stand. */
function block(page: string, words: string): Block {
  const holds = ({ commands }: Block) => commands.some(({ text }) => text.includes(words))
  return shellBlocks(page).find(holds) ?? assert.fail(`${page} has no shell block with ${words}`)
}

function homeOf({ env }: Terminal): string {
  return env['HOME'] ?? ''
}

test('the pages, read in order by a new user, end in a finished job', { timeout: 240_000 }, async t => {
  const stage = await setStage(t)
  const { vm, rpi4, rpi3, mac, laptop, workshop } = stage
  await t.test('a VM is set up with two tokens', () => setUpVm(stage))
  await t.test('two Raspberry Pis and a Mac become runners', () => setUpRunners(stage))
  await t.test('the doctor finds nothing wrong', async () => {
    const said = await vm.type(block(runbook, 'relayq doctor'))
    assert.match(said, /^relayq: all is well \(\d+ looked at\)$/m)
    for (const machine of [rpi4, rpi3, mac]) {
      assert.match(await machine.type(typedByTest('relayq doctor machine network')), /: all is well/)
    }
  })
  await t.test('a first job is done', async () => {
    assert.match(await vm.type(block(vmPage, 'relayq submit')), /^succeeded\n.*\briver\b/m)
  })
  await t.test('the queue keeps moving', () => superviseAsService(stage))
  await t.test('README: what has been set up stays, and jobs go out by the dispatcher', async () => {
    await vm.type(block('README.md', 'relayq init'))
    await mac.type(block('README.md', 'relayq runner add'))
    await vm.type(typedByTest('cd ~/relayq'))
    const said = await vm.type(block('README.md', 'transcribe_rpi.yml'))
    assert.equal(said.match(/^http:\S+\/actions\/runs\/\d+$/gm)?.length, 3)
    await vm.type(block('README.md', 'relayq list --dead'))
  })
  await t.test('private data is read and results are delivered over a tailnet', () => useTailnet(stage))
  await t.test('the VM is looked over, and its ledger saved and brought back', async () => {
    assert.match(await vm.type(block('docs/OPSEC.md', 'relayq audit')), /^relayq: all is well/m)
    await vm.type(typedByTest('systemctl --user stop relayq-supervise'))
    const backup: Placeholders = [['/backup', join(vm.machine.folder, 'backup')]]
    mkdirSync(join(vm.machine.folder, 'backup'))
    await vm.type(block(runbook, 'sqlite3'), { placeholders: backup })
    const said = await vm.type(block(runbook, 'install -m 600'), { placeholders: backup })
    assert.match(said, /\ttranscribe\t/)
  })
  await t.test('the machines are updated, and taken away again', async () => {
    await untilQuiet(stage)
    const commands = block(runbook, 'relayq runner drain')
    await Promise.all([
      rpi4.type(commands, { answers: yes }),
      rpi3.type(commands, { placeholders: [['rpi4', 'rpi3']], answers: yes }),
      mac.type(commands, { placeholders: [['rpi4', 'macmini']], answers: yes }),
    ])
    await mac.type(block(macPage, 'pmset'))
  })
  await t.test('a hub fails when it is told to', async () => {
    const { hub } = stage
    const known: Placeholders = [
      ['$API', hub.hub.url],
      ['$TOKEN', testToken],
    ]
    await vm.type(block('docs/hub.md', 'relayq/faults'), { placeholders: known })
    assert.equal(hub.hub.faults.list().length, 2)
  })
  await t.test('README: everything on one machine', async () => {
    await laptop.type(block('README.md', './relayq demo'), { only: isRunHere })
    await allowLoopback(laptop, stage, './relayq')
    const said = await laptop.type(block('README.md', './relayq up'), {
      placeholders: [['the water is high', 'the mountains']],
    })
    assert.match(said, /river/)
  })
  await t.test('a script of one’s own is a job', () => runScript(stage))
  await t.test('a checkout to change RelayQ in', async () => {
    await workshop.type(block('CONTRIBUTING.md', 'git clone'))
  })
  await t.test('no command of a page was left out', () => requireAllTyped(stage))
})

function requireAllTyped({ typed }: Stage): void {
  const blocks = pages.flatMap(shellBlocks)
  const left = blocks.filter(({ notRun }) => notRun !== null)
  assert.ok(left.length <= 2 && left.every(({ notRun }) => (notRun ?? '').length > 10))
  const missing = blocks
    .filter(({ notRun }) => notRun === null)
    .flatMap(({ page, commands }) => commands.map(({ line, text }) => ({ place: `${page}:${line}`, text })))
    .filter(({ place, text }) => !typed.has(place) && isRunHere({ text }))
  assert.deepEqual(missing, [])
}

function isRunHere({ text }: { readonly text: string }): boolean {
  const [, other] = Object.entries(elsewhere).find(([command]) => text.startsWith(command)) ?? []
  return other === undefined || !existsSync(join(import.meta.dirname, '..', other))
}

function typedByTest(text: string): Block {
  return { page: 'of this test', notRun: null, commands: [{ line: 0, text }] }
}

async function setUpVm({ vm, submitToken, setupToken }: Stage): Promise<void> {
  await vm.type(block(vmPage, 'relayq --version'))
  writeFileSync(join(homeOf(vm), 'tokens'), `${submitToken}\n${setupToken}\n`)
  const answers = {
    'Paste the token': [`${setupToken}\r`, `${submitToken}\r`],
    'Make these changes?': ['y\r'],
  }
  await vm.type(block(vmPage, 'relayq init'), { answers })
  assert.ok(!existsSync(join(homeOf(vm), 'tokens')))
}

async function setUpRunners(stage: Stage): Promise<void> {
  const { rpi4, rpi3, mac } = stage
  await Promise.all([
    rpi4.type(block(rpiPage, 'relayq runner add')),
    rpi3.type(block(rpiPage, 'relayq runner add'), { placeholders: [['rpi4', 'rpi3']] }),
    mac.type(block(macPage, 'relayq runner add'), { only: isRunHere }),
  ])
  for (const machine of [rpi4, rpi3, mac]) await allowLoopback(machine, stage)
  const calls = [mac, rpi4].map(({ machine }) => machine.calls().join('\n'))
  assert.match(calls[0] ?? '', /^launchctl bootstrap system .*\.plist$/m)
  assert.match(calls[1] ?? '', /^systemctl enable relayq-runner-rpi4\.service$/m)
}

/** The recordings are on this machine, which no job may fetch from unless its owner says so. */
async function allowLoopback(machine: Terminal, { audio }: Stage, relayq = 'relayq'): Promise<void> {
  const { hostname, port } = new URL(audio)
  await machine.type(typedByTest(`${relayq} runner env set RELAYQ_ALLOW_CIDRS=${hostname}/32:${port}`))
}

/** The one that stands on the page. */
async function runScript({ laptop }: Stage): Promise<void> {
  const page = readFileSync(join(import.meta.dirname, '..', scripts), 'utf8')
  const [, script = ''] = /^```bash\n([\s\S]*?)^```$/m.exec(page) ?? []
  writeFileSync(join(homeOf(laptop), 'relayq/jobs/words.sh'), script)
  const before = ['git config user.name me', 'git config user.email me@example.com', './relayq up --detach']
  for (const each of before) await laptop.type(typedByTest(each))
  const said = await laptop.type(block(scripts, 'git commit'), {
    placeholders: [[/\brelayq submit/g, './relayq submit']],
  })
  const id = /^j\w+$/m.exec(said)?.[0] ?? assert.fail(said)
  assert.match(await laptop.type(typedByTest(`./relayq result ${id}`)), /^ *\d+ .*README\.md$/m)
  await laptop.type(typedByTest('./relayq down'))
}

/** By the unit that stands on the page. */
async function superviseAsService({ vm, front }: Stage): Promise<void> {
  await vm.type(block(vmPage, 'git clone https://github.com/YOU/queue'))
  const text = readFileSync(join(import.meta.dirname, '..', vmPage), 'utf8')
  const [, unit = ''] = /^```ini\n(\[Unit\][\s\S]*?)^```$/m.exec(text) ?? []
  const units = join(homeOf(vm), '.config/systemd/user')
  mkdirSync(units, { recursive: true })
  const program = join(vm.machine.folder, 'bin')
  // The only thing it cannot know here is that GitHub is elsewhere.
  const github = `[Service]\nEnvironment="RELAYQ_API_URL=${front.apiUrl}"`
  const filled = unit.replace('/usr/local/bin', program).replace('[Service]', github)
  writeFileSync(join(units, 'relayq-supervise.service'), filled)
  await vm.type(block(vmPage, 'systemctl --user'))
  await until('a supervisor at work', async () => {
    const said = await vm.type(typedByTest('relayq doctor queue'))
    return /^ok +supervisor: /m.test(said) ? true : null
  })
}

/** What the Mac mounts is a folder here; what it has by HTTP from the tailnet is had from this machine. */
async function useTailnet({ mac, rpi4, vm, audio, recordings }: Stage): Promise<void> {
  const [audioFolder, results] = ['audio', 'results'].map(name => join(mac.machine.folder, name))
  cpSync(recordings, audioFolder ?? '', { recursive: true })
  mkdirSync(results ?? '')
  chmodSync(results ?? '', 0o777)
  const placeholders: Placeholders = [
    ['/mnt/audio', audioFolder ?? ''],
    ['/mnt/results', results ?? ''],
    ['https://data.your-tailnet.ts.net', audio.replace('127.0.0.1', 'localhost')],
    ['data.your-tailnet.ts.net', 'localhost'],
  ]
  const isSubmission = ({ text }: { readonly text: string }) => text.includes('relayq submit')
  for (const { machine } of [mac, rpi4])
    machine.put('tailscale', `echo "tailscale $*" >> '${machine.folder}/calls'`)
  const up = block(tailscale, 'tag:runner')
  await rpi4.type(up, { only: ({ text }) => text.includes('tag:runner') })
  await mac.type(up, { only: ({ text }) => text.includes('tag:data') })
  await mac.type(block(tailscale, 'RELAYQ_DELIVER_FOLDER'), { placeholders })
  for (const words of ['RELAYQ_INPUT_ROOTS', 'RELAYQ_ALLOW_HOSTS']) {
    const read = block(tailscale, words)
    await mac.type(read, { placeholders, only: command => !isSubmission(command) })
    await vm.type(read, { placeholders, only: isSubmission })
    await vm.type(typedByTest('relayq wait JOB'))
  }
  assert.ok(readdirSync(results ?? '').length >= 2)
}

/** No run is under way: what takes a machine away refuses while it works. */
async function untilQuiet({ hub }: Stage): Promise<void> {
  await until('the end of every run', async () => {
    const { body } = await hub.json('/actions/runs')
    const { workflow_runs: runs } = body as { workflow_runs: { status: string }[] }
    return runs.every(({ status }) => status === 'completed') ? true : null
  })
}
