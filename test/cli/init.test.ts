import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { init } from '../../src/cli/commands/init.ts'
import { forSettingUp, type InitBench, makeInitBench } from '../support/init-bench.ts'
import { parseCommand } from '../support/parse-command.ts'
import { runRelayq } from '../support/relayq-process.ts'
import { testToken, tokenWithPermissions } from '../support/running-hub.ts'
import { shippedWorkflows } from '../support/shipped-workflows.ts'
import { standBefore } from '../support/young-repository.ts'

const given = ['--token-stdin', '--yes']
const jobFile = '.github/workflows/job.yml'
const shippedJob = (shippedWorkflows['job.yml'] ?? '').trimEnd()

/** Everything of the repository and its settings that init may change. */
async function stateOf(bench: InitBench): Promise<object> {
  const settings = await Promise.all(
    ['', '/selected-actions', '/workflow', '/artifact-and-log-retention'].map(async path => {
      const answer = await bench.request(`/actions/permissions${path}`)
      if (answer.status !== 200) return null
      const { selected_actions_url: _, ...settings } = (await answer.json()) as Record<string, unknown>
      return settings
    }),
  )
  return { tree: bench.repository.git('rev-parse', 'main^{tree}'), settings }
}

/** Every file below a folder, with its mode. */
function filesBelow(
  folder: string,
): readonly { readonly path: string; readonly text: string; readonly mode: number }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .map(path => ({ path, text: readFileSync(path, 'latin1'), mode: statSync(path).mode & 0o777 }))
}

test('options are read', () => {
  const read = parseCommand(init, [
    'octo/queue',
    '--yes',
    '--keep',
    'a',
    '--keep',
    'b',
    '--retention-days',
    '7',
  ])
  assert.deepEqual(
    [read.repository, read.yes, read.keep, read.retentionDays, read.place],
    ['octo/queue', true, ['a', 'b'], 7, null],
  )
  assert.throws(() => parseCommand(init, ['no-repository']), { code: 'usage' })
  assert.throws(() => parseCommand(init, ['--keep-in', 'drawer']), { code: 'usage' })
  assert.throws(() => parseCommand(init, ['--retention-days', '0']), { code: 'usage' })
})

test('a repository becomes a queue in one commit, and a second run changes nothing and says so', async t => {
  const bench = await makeInitBench(t)
  const before = bench.head()
  const first = await bench.init(given, { input: bench.tokens })
  assert.equal(first.code, 0, first.error)
  assert.equal(bench.repository.git('rev-parse', 'main~1'), before)
  assert.equal(bench.read(jobFile), shippedJob)
  assert.match(bench.read('relayq.yaml') ?? '', /^repository: octo\/queue$/m)
  const { settings } = (await stateOf(bench)) as { readonly settings: readonly object[] }
  assert.partialDeepStrictEqual(settings, [
    { enabled: true, allowed_actions: 'selected', sha_pinning_required: true },
    { github_owned_allowed: true, verified_allowed: false, patterns_allowed: [] },
    { default_workflow_permissions: 'read', can_approve_pull_request_reviews: false },
    { days: 3 },
  ])

  const state = await stateOf(bench)
  const again = await bench.init()
  assert.deepEqual([again.code, again.out], [0, ''])
  assert.match(again.err, /nothing to change: octo\/queue at .* is as RelayQ/)
  assert.deepEqual(await stateOf(bench), state)
})

test('the kept token serves the other commands, and config says where it is', async t => {
  const bench = await makeInitBench(t)
  await bench.init(given, { input: bench.tokens })
  const job = await runRelayq(['dispatch', 'job.yml', 'kind=x', 'inputs={}'], bench.folder, bench.env)
  assert.equal(job.code, 0, job.stderr)
  assert.match(job.stderr, /octo\/queue at .* \(relayq init\)/)
  const config = await runRelayq(['config'], bench.folder, bench.env)
  assert.match(config.stdout, /^GH_REPO\tocto\/queue\trelayq init/m)
  assert.match(config.stdout, /^GH_TOKEN\t\(set, hidden\)\trelayq init, in tokens\.json, for octo\/queue$/m)
})

test('tokens are in no output and no file but their own, which only its user may read', async t => {
  const bench = await makeInitBench(t)
  const said = [
    await bench.init(['--token-stdin', '--dry-run'], { input: bench.tokens }),
    await bench.init([...given, '--keep-enrol-token'], { input: bench.tokens }),
    await bench.init(['--json']),
  ]
  const holders = filesBelow(bench.folder).filter(({ text }) => /rqt_/.test(text))
  assert.deepEqual(
    holders.map(({ path, mode }) => [path.replace(bench.folder, ''), mode]),
    [['/.config/relayq/tokens.json', 0o600]],
  )
  assert.match(holders[0]?.text ?? '', new RegExp(`${bench.submitToken}[^]*${bench.setupToken}`))
  assert.doesNotMatch(JSON.stringify(said), /rqt_/)
  assert.deepEqual(
    filesBelow(bench.repository.path).filter(({ text }) => /rqt_/.test(text)),
    [],
  )
})

test('--dry-run shows every change and every line, and makes none', async t => {
  const bench = await makeInitBench(t)
  const state = await stateOf(bench)
  const { code, out, err } = await bench.init(['--token-stdin', '--dry-run'], { input: bench.tokens })
  assert.equal(code, 0)
  assert.match(out, /which actions may run: .* → on, actions: selected, pinned to a commit/)
  assert.match(out, /\.github\/workflows\/job\.yml \(new\)\n {6}@@ -0,0 \+1,\d+ @@\n {6}\+name: Job/)
  assert.match(out, /the token to submit: not kept → kept in /)
  assert.match(err, /nothing was changed/)
  assert.deepEqual(await stateOf(bench), state)
  assert.deepEqual(filesBelow(bench.folder), [])
})

test('changes are not made without anyone’s word', async t => {
  const bench = await makeInitBench(t)
  const state = await stateOf(bench)
  const { code, error } = await bench.init(['--token-stdin'], { input: bench.tokens })
  assert.equal(code, 2)
  assert.match(error, /--yes to make them, or --dry-run/)
  assert.deepEqual(await stateOf(bench), state)
})

test('a narrow token is told what it lacks, by name, and nothing is changed', async t => {
  const bench = await makeInitBench(t)
  const state = await stateOf(bench)
  const narrow = await bench.init(given, { input: bench.submitToken })
  assert.equal(narrow.code, 4)
  assert.match(narrow.err, /the token of standard input lacks Administration: Read and write/)
  assert.match(narrow.err, /Workflows: Read and write +writes those that are workflows/)
  assert.match(narrow.error, /no token to set up and to enrol machines at octo\/queue.*--token-stdin/)
  const onlyAdmin = await bench.init(given, { input: bench.setupToken })
  assert.equal(onlyAdmin.code, 4)
  assert.match(onlyAdmin.err, /lacks Actions: Read and write/)
  assert.match(onlyAdmin.error, /no token to submit jobs/)
  const none = await bench.init(['--yes'])
  assert.equal(none.code, 4)
  assert.deepEqual(await stateOf(bench), state)
})

test('a token without Workflows: write fails at the commit with the permission’s name', async t => {
  const bench = await makeInitBench(t)
  const { workflows: _, ...most } = forSettingUp
  const token = await tokenWithPermissions(bench, most)
  const before = bench.head()
  const { code, error } = await bench.init(given, { input: `${bench.submitToken}\n${token}` })
  assert.equal(code, 4)
  assert.match(error, /Workflows: write/)
  assert.equal(bench.head(), before)
})

test('one token that may do everything serves, with a word about its breadth', async t => {
  const bench = await makeInitBench(t)
  const { code, err } = await bench.init(given, { input: testToken })
  assert.equal(code, 0)
  assert.match(err, /may delete the repository, too: a narrower one is safer/)
})

test('a token nobody knows is refused before anything else, and is not repeated', async t => {
  const bench = await makeInitBench(t)
  const forged = await bench.init(given, { input: 'github_pat_forged' })
  assert.equal(forged.code, 4)
  assert.doesNotMatch(`${forged.err}${forged.error}`, /github_pat_forged/)
  const words = await bench.init(given, { input: 'two words of nonsense' })
  assert.equal(words.code, 2)
  assert.doesNotMatch(words.error, /nonsense/)
  assert.equal((await bench.init(given, { input: '' })).code, 2)
})

test('a public repository is refused with the reason, unless it is forced', async t => {
  const bench = await makeInitBench(t)
  await bench.request('', { method: 'PATCH', body: '{"private": false}' })
  const state = await stateOf(bench)
  const refused = await bench.init(given, { input: bench.tokens })
  assert.equal(refused.code, 4)
  assert.match(
    refused.error,
    /whoever can open a pull request there could run code on your machines.*--allow-public/,
  )
  assert.deepEqual(await stateOf(bench), state)
  assert.equal((await bench.init([...given, '--allow-public'], { input: bench.tokens })).code, 0)
})

/** The repository as an older version of RelayQ left it. */
async function setUpByOlderVersion(bench: InitBench): Promise<string> {
  await bench.init([...given, '--keep-enrol-token'], { input: bench.tokens })
  const older = shippedJob
    .replace('name: Job', 'name: A job')
    .replace('retention-days: 3', 'retention-days: 9')
  assert.notEqual(older, shippedJob)
  bench.repository.commit({ [jobFile]: `${older}\n`, [`.relayq/shipped/${jobFile}`]: `${older}\n` })
  return older
}

test('an older file is brought up to date, and edits of the user are kept in it', async t => {
  const bench = await makeInitBench(t)
  const older = await setUpByOlderVersion(bench)
  const updated = await bench.init(['--yes'])
  assert.equal(updated.code, 0, updated.error)
  assert.equal(bench.read(jobFile), shippedJob)

  const edited = older.replace('timeout-minutes: ', '# Mine.\n    timeout-minutes: ')
  bench.repository.commit({ [jobFile]: `${edited}\n`, [`.relayq/shipped/${jobFile}`]: `${older}\n` })
  const merged = await bench.init(['--yes'])
  assert.equal(merged.code, 0)
  assert.match(merged.out, /job\.yml \(newer, with your edits\)\n {6}@@/)
  assert.equal(bench.read(jobFile), shippedJob.replace('timeout-minutes: ', '# Mine.\n    timeout-minutes: '))
  assert.equal(bench.read(`.relayq/shipped/${jobFile}`), shippedJob)
  const again = await bench.init(['--yes'])
  assert.match(again.out, /^= \.github\/workflows\/job\.yml stays with your edits$/m)
  assert.match(again.err, /nothing to change/)
})

test('a conflict is shown and left, never written, until the user has said which text it is to be', async t => {
  const bench = await makeInitBench(t)
  const older = await setUpByOlderVersion(bench)
  const mine = older.replace('name: A job', 'name: My job')
  bench.repository.commit({ [jobFile]: `${mine}\n` })
  const left = await bench.init(['--yes'])
  assert.equal(left.code, 1)
  assert.match(
    left.out,
    /^! \.github\/workflows\/job\.yml is left to you: you and this version changed the same lines$/m,
  )
  assert.match(left.out, /<<<<<<< yours\n {6}name: My job\n/)
  assert.match(left.out, /--replace \.github\/workflows\/job\.yml, or keep yours: --keep/)
  assert.equal(bench.read(jobFile), mine)
  assert.equal((await bench.init(['--yes'])).code, 1, 'it is not forgotten')

  assert.equal((await bench.init(['--yes', '--keep', jobFile])).code, 0)
  assert.equal(bench.read(jobFile), mine)
  assert.match((await bench.init()).err, /nothing to change/)
  assert.equal((await bench.init(['--yes', '--replace', jobFile])).code, 0)
  assert.equal(bench.read(jobFile), shippedJob)
})

test('a policy of one’s own, a removed file and foreign paths', async t => {
  const bench = await makeInitBench(t)
  bench.repository.commit({ 'policy/policy.yaml': 'routes: {}\n' })
  const first = await bench.init([...given, '--keep-enrol-token'], { input: bench.tokens })
  assert.equal(first.code, 0)
  assert.match(first.out, /^= policy\/policy\.yaml stays as it is: it is yours$/m)
  assert.equal(bench.read('policy/policy.yaml'), 'routes: {}')
  bench.repository.git('rm', '--quiet', '.github/workflows/transcribe_rpi.yml')
  bench.repository.commit({})
  const removed = await bench.init()
  assert.match(removed.out, /transcribe_rpi\.yml stays away: you removed it/)
  assert.match(removed.err, /nothing to change/)
  assert.equal((await bench.init(['--keep', 'README.md'])).code, 2)
})

/** The settings as they were before init, and a selection that is not what it wants. */
async function setBack({ hub, request }: InitBench): Promise<void> {
  hub.faults.set([])
  const put = async (path: string, body: object) =>
    await request(`/actions/permissions${path}`, { method: 'PUT', body: JSON.stringify(body) })
  await put('', { enabled: true, allowed_actions: 'selected', sha_pinning_required: false })
  await put('/selected-actions', { github_owned_allowed: false })
  await put('', { enabled: true, allowed_actions: 'all' })
  await put('/artifact-and-log-retention', { days: 90 })
}

test('interrupted at any request and run again, it ends as if it had not been', async t => {
  const whole = await makeInitBench(t)
  await whole.init(given, { input: whole.tokens })
  const expected = await stateOf(whole)
  const writes = [
    { method: 'PUT', path: '/repos/*/actions/permissions' },
    { method: 'PUT', path: '/repos/*/actions/permissions/selected-actions' },
    { method: 'PUT', path: '/repos/*/actions/permissions/artifact-and-log-retention' },
    { method: 'POST', path: '/repos/*/git/trees' },
    { method: 'POST', path: '/repos/*/git/commits' },
    { method: 'PATCH', path: '/repos/*/git/refs/heads/main' },
  ] as const
  const bench = await makeInitBench(t)
  const start = bench.head()
  for (const write of writes) {
    for (const kind of ['error_before', 'drop_after'] as const) {
      await setBack(bench)
      bench.hub.faults.set([{ ...write, kind, times: 1 }])
      const broken = await bench.init(given, { input: bench.tokens })
      assert.notEqual(broken.code, 0, `${kind} ${write.path}`)
      assert.deepEqual(
        bench.hub.faults.list().map(fault => fault.hits),
        [1],
        `${kind} ${write.path}`,
      )
    }
  }
  bench.hub.faults.set([])
  assert.equal((await bench.init(given, { input: bench.tokens })).code, 0)
  assert.deepEqual(await stateOf(bench), expected)
  assert.equal(bench.repository.git('rev-list', '--count', `${start}..main`), '1')
})

for (const [login, path] of [
  ['octo', '/user/repos'],
  ['someone', '/orgs/octo/repos'],
] as const) {
  test(`a repository that is not there is made private by ${path}, and set up in the same run`, async t => {
    const bench = await makeInitBench(t)
    const { apiUrl, made } = await standBefore(t, bench.hub.apiUrl, login)
    const dry = await bench.init(['--token-stdin', '--dry-run'], { input: bench.tokens, apiUrl })
    assert.match(
      dry.out,
      /^\+ the repository octo\/queue: not there → private, without issues, projects and wiki$/m,
    )
    assert.deepEqual(made, [])
    const end = await bench.init([...given, '--keep-enrol-token'], { input: bench.tokens, apiUrl })
    assert.equal(end.code, 0, end.error)
    assert.deepEqual(
      made.map(({ path, body }) => [path, body['name'], body['private'], body['auto_init']]),
      [[path, 'queue', true, true]],
    )
    assert.equal(bench.read(jobFile), shippedJob)
    const again = await bench.init([], { apiUrl })
    assert.match(again.err, /nothing to change/)
    const isTold = /does not see runners of octo itself; it lacks Self-hosted runners: Read-only/.test(
      again.err,
    )
    assert.equal(isTold, login !== 'octo')
  })
}

test('where no token may make the repository, the way out is said', async t => {
  const bench = await makeInitBench(t)
  const { code, error } = await bench.init(given, { input: bench.tokens, repository: 'octo/other' })
  assert.equal(code, 4)
  assert.match(error, /may not make the repository octo\/other\. Make it yourself, private and with a README/)
})
