import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { parse as parseYaml } from 'yaml'
import { serveAudio } from '../src/cli/demo/audio-server.ts'
import { writeProgramFolder } from '../src/cli/fleet/program.ts'
import { parseWorkflow } from '../src/workflow/parse.ts'
import { startTestFleet, until, untilCompleted } from './support/fleet.ts'
import { ghEnvironment, startHubForGh } from './support/gh.ts'
import { serveOnLoopback } from './support/loopback-server.ts'
import { shippedWorkflows } from './support/shipped-workflows.ts'
import { shortRecordings } from './support/short-recordings.ts'

type Machines = Awaited<ReturnType<typeof startMachines>>

const root = join(import.meta.dirname, '..')
const examples = join(root, 'examples')
const subtitles = /^1\n00:00:0\d,\d{3} --> /

/** A VM with relayq on its PATH, and a Mac that hears, for all examples. */
async function startMachines(t: TestContext) {
  const spoken = shortRecordings(t, { journey: 'journey', market: 'market', river: 'river' })
  const audio = await serveAudio(spoken)
  t.after(() => audio[Symbol.asyncDispose]())
  const fleet = await startTestFleet(t, {
    workflows: shippedWorkflows,
    folders: { policy: join(root, 'policy') },
    runners: [{ name: 'macmini', labels: ['self-hosted', 'macmini', 'audio'] }],
    config: [`RELAYQ_ALLOW_CIDRS=127.0.0.1/32:${audio.port}`],
  })
  const { apiUrl, token, repository } = fleet.fleet.hub
  const program = writeProgramFolder(join(fleet.folder, 'bin'))
  const env = {
    ...fleet.env,
    PATH: [program, fleet.env['PATH']].join(delimiter),
    ...{ RELAYQ_API_URL: apiUrl, RELAYQ_TOKEN: token, GH_REPO: `${repository.owner}/${repository.name}` },
  }
  const run = (file: string, ...args: readonly string[]) =>
    promisify(execFile)(file, [...args], { cwd: fleet.folder, env, timeout: 100_000 })
  return { ...fleet, env, audio, spoken, run }
}

/** A folder of one's own with some of the recordings. */
function recordings({ folder, spoken }: Machines, name: string, ...chosen: readonly string[]): string {
  const own = join(folder, name)
  mkdirSync(own)
  for (const each of chosen) cpSync(join(spoken, `${each}.mp3`), join(own, `${each}.mp3`))
  return own
}

test('every example does what it says, on machines that hear', { timeout: 200_000 }, async t => {
  const vm = await startMachines(t)
  const journey = vm.audio.url('journey')

  await t.test('python/dispatch.py prints the address of the run it started', async () => {
    const { stdout } = await vm.run('python3', join(examples, 'python/dispatch.py'), journey)
    const [, number] = /^Job submitted: http:\S+\/actions\/runs\/(\d+)\n$/.exec(stdout) ?? assert.fail(stdout)
    assert.equal((await untilCompleted(vm, Number(number), 60_000)).conclusion, 'success')
    const away = { ...vm.env, RELAYQ_API_URL: 'http://127.0.0.1:1' }
    const refused = promisify(execFile)('python3', [join(examples, 'python/dispatch.py'), journey], {
      env: away,
    })
    await assert.rejects(refused, { code: 1, stderr: /Job submission failed: .*cannot be reached/s })
  })

  await t.test('python/transcribe.py prints the text, and tells failures apart', async () => {
    const { stdout, stderr } = await vm.run('python3', join(examples, 'python/transcribe.py'), journey, 'en')
    assert.match(stdout, /^\w+ .*\w\n/)
    assert.match(stderr, /heard by pocketsphinx on macmini/)
    const missing = vm.run('python3', join(examples, 'python/transcribe.py'), vm.audio.url('none'))
    await assert.rejects(missing, { code: 1, stderr: /^failed: .*there is no such file/m })
    const wrong = vm.run('python3', join(examples, 'python/transcribe.py'), 'no address')
    await assert.rejects(wrong, { code: 1, stderr: /^failed: it could not be submitted/m })
  })

  await t.test('shell/transcribe-folder.sh saves the subtitles of every recording', async () => {
    const folder = recordings(vm, 'two shows', 'market', 'river')
    await vm.run(join(examples, 'shell/transcribe-folder.sh'), folder)
    assert.deepEqual(readdirSync(folder), ['market.mp3', 'market.srt', 'river.mp3', 'river.srt'])
    assert.match(readFileSync(join(folder, 'river.srt'), 'utf8'), subtitles)
  })

  await t.test(
    'typescript/transcribe-folder.ts finds the same files done, and saves their subtitles',
    async () => {
      const folder = recordings(vm, 'again', 'market')
      const program = join(vm.folder, 'transcribe-folder.ts')
      cpSync(join(examples, 'typescript/transcribe-folder.ts'), program)
      installSource(vm.folder)
      const { stdout } = await vm.run(process.execPath, program, folder)
      assert.equal(stdout, `${join(folder, 'market.srt')}\n`)
      assert.match(readFileSync(join(folder, 'market.srt'), 'utf8'), subtitles)
      writeFileSync(join(folder, 'empty.mp3'), '')
      await assert.rejects(vm.run(process.execPath, program, folder), { code: 1, stderr: /empty\.mp3/ })
    },
  )

  await t.test(
    'cron/new-episodes.sh submits every new episode once, and a feed that is away does not stop it',
    async () => {
      const items = (...names: readonly string[]) =>
        names.map(
          name =>
            `<item><enclosure length="1"\n url="${vm.audio.url(name)}?a=1&amp;b=2" type="audio/mpeg"/></item>`,
        )
      const feed = { text: `<rss>${items('market').join('')}</rss>` }
      const origin = await serveOnLoopback(t, (request, response) => {
        if (request.url !== '/feed.xml') response.statusCode = 404
        response.end(feed.text)
      })
      const script = join(examples, 'cron/new-episodes.sh')
      const take = async () => (await vm.run(script, `${origin}/feed.xml`)).stdout.trim().split('\n')
      const [first] = await take()
      assert.deepEqual(await take(), [first])
      feed.text = `<rss>${items('river', 'market').join('')}</rss>`
      const [second, ...others] = await take()
      assert.deepEqual(others, [first])
      const listed = await vm.run('relayq', 'list', '--batch', `${origin}/feed.xml`, '--json', 'id,inputs')
      const jobs: readonly { id: string; inputs: { url: string } }[] = JSON.parse(listed.stdout)
      assert.deepEqual(
        jobs.map(({ id, inputs }) => [id, inputs.url]),
        [
          [second, `${vm.audio.url('river')}?a=1&b=2`],
          [first, `${vm.audio.url('market')}?a=1&b=2`],
        ],
      )
      await assert.rejects(vm.run(script, `${origin}/gone.xml`, `${origin}/feed.xml`), {
        code: 1,
        stdout: `${second}\n${first}\n`,
      })
      await vm.run('relayq', 'wait', second ?? '')
    },
  )
})

test('github/transcribe.yml is a workflow, and its step starts a run of the queue by the real gh', async t => {
  const file = 'examples/github/transcribe.yml'
  const text = readFileSync(join(root, file), 'utf8')
  assert.equal((await parseWorkflow(file, text)).jobs.length, 1)
  const { hub, repository, json } = await startHubForGh(t)
  repository.commit({
    '.github/workflows/transcribe_audio.yml': shippedWorkflows['transcribe_audio.yml'] ?? '',
  })
  const [step] = parseYaml(text).jobs.submit.steps
  const env = { ...ghEnvironment(t, hub), URL: 'https://example.com/a b.mp3' }
  await promisify(execFile)('bash', ['-e', '-c', step.run], { env, timeout: 30_000 })
  const { body } = await until('the run', async () => {
    const answer = await json('/actions/runs')
    return (answer.body as { total_count: number }).total_count === 1 ? answer : null
  })
  assert.match(JSON.stringify(body), /transcribe_audio\.yml/)
})

/** `relayq` for programs of that folder: this checkout's source, which Node reads as it is outside node_modules. */
function installSource(folder: string): void {
  const place = join(folder, 'node_modules/relayq')
  mkdirSync(place, { recursive: true })
  writeFileSync(join(place, 'package.json'), '{"type": "module", "exports": "./index.ts"}')
  symlinkSync(join(root, 'src/index.ts'), join(place, 'index.ts'))
  if (!existsSync(join(folder, 'package.json')))
    writeFileSync(join(folder, 'package.json'), '{"type": "module"}')
}
