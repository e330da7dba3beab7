/**
 * One dispatch, whole process, beside `gh workflow run` and beside a bare Node script that makes the same requests;
 * on loopback, and with 100 ms of latency in the hub. Run: node bench/dispatch.ts [rounds]
 */
import { join } from 'node:path'
import { serveAudio } from '../src/cli/demo/audio-server.ts'
import { commitWorkflows } from './support/checkout.ts'
import { root, startFleet } from './support/fleet.ts'
import { header, measure, median, row, run } from './support/measure.ts'

const rounds = Number(process.argv[2] ?? 15)
const main = join(root, 'src/cli/main.ts')

async function compare(latencyMs: number): Promise<void> {
  await using audio = await serveAudio(join(root, 'examples/audio'))
  await using checkout = commitWorkflows()
  await using bench = await startFleet({ repositoryPath: checkout.path, runners: [], latencyMs })
  const { apiUrl, token, repository, url: hubUrl } = bench.fleet.hub
  const name = `${repository.owner}/${repository.name}`
  const env = {
    ...bench.env,
    RELAYQ_CHECKOUT: checkout.path,
    RELAYQ_API_URL: apiUrl,
    RELAYQ_TOKEN: token,
    GH_REPO: name,
    RELAYQ_REF: 'main',
  }
  const ghEnv = {
    ...bench.env,
    GH_HOST: 'github.localhost',
    GH_TOKEN: token,
    GH_ENTERPRISE_TOKEN: token,
    GH_REPO: `github.localhost/${name}`,
    HTTP_PROXY: hubUrl,
    GH_NO_UPDATE_NOTIFIER: '1',
  }
  const url = audio.url('market')
  const workflow = 'transcribe_audio.yml'
  const bare = join(root, 'bench/support/bare-dispatch.ts')
  const contenders = {
    'bare node, the same requests': () => run(process.execPath, [bare, apiUrl, name, workflow, url], env),
    'gh workflow run --ref main': () =>
      run('gh', ['workflow', 'run', workflow, '--ref', 'main', '-f', `url=${url}`], ghEnv),
    'relayq dispatch (routed)': () => run(process.execPath, [main, 'dispatch', workflow, `url=${url}`], env),
    'relayq dispatch --no-route': () =>
      run(process.execPath, [main, 'dispatch', workflow, '--no-route', `url=${url}`], env),
    'relayq submit': () => run(process.execPath, [main, 'submit', 'transcribe', '--new', `url=${url}`], env),
  }
  const taken = new Map<string, number[]>(Object.keys(contenders).map(title => [title, []]))
  for (const contender of Object.values(contenders)) await contender()
  for (let round = 0; round < rounds; round += 1) {
    for (const [title, contender] of Object.entries(contenders)) {
      taken.get(title)?.push(...(await measure(1, async () => void (await contender()))))
    }
  }
  process.stdout.write(`\n${latencyMs} ms of latency in the hub, ${rounds} rounds\n${header}\n`)
  for (const [title, values] of taken) process.stdout.write(`${row(title, values)}\n`)
  const floor = median(taken.get('bare node, the same requests') ?? [])
  for (const title of ['relayq dispatch (routed)', 'relayq submit']) {
    process.stdout.write(`${title}: ${(median(taken.get(title) ?? []) / floor).toFixed(2)} of bare node\n`)
  }
}

await compare(0)
await compare(100)
