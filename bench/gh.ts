/**
 * What gh asks of the hub for `workflow run`, `run watch` and `run download` with many runs in the store, and how long
 * each answer takes, measured by a proxy between them. Run: node bench/gh.ts [runs in the store, 1000 unless given]
 */
import { mkdirSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { commitWorkflows } from './support/checkout.ts'
import { startFleet } from './support/fleet.ts'
import { header, median, row, run } from './support/measure.ts'

const stored = Number(process.argv[2] ?? 1000)
const workflow = (label: string, steps: string) => `
on: workflow_dispatch
jobs:
  work:
    runs-on: [self-hosted, ${label}]
    steps:
${steps}`
const leaves = `      - run: mkdir out && echo done > out/file
      - uses: actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f
        with: { name: out, path: out }
`

await using checkout = commitWorkflows({
  '.github/workflows/wait.yml': workflow('nobody', '      - run: echo never\n'),
  '.github/workflows/leave.yml': workflow('box', leaves),
})
await using bench = await startFleet({
  repositoryPath: checkout.path,
  runners: [{ name: 'box', labels: ['self-hosted', 'box'] }],
})
const { broker } = bench
const { token, repository, url: hubUrl } = bench.fleet.hub

/** Runs end as cancelled ones, so that none of them takes the runner. */
async function fill(): Promise<void> {
  for (let done = 0; done < stored; done += 8) {
    await Promise.all(
      Array.from({ length: Math.min(8, stored - done) }, async () => {
        const outcome = await broker.dispatch({ workflow: 'wait.yml', ref: 'main', inputs: {} })
        if (outcome.kind === 'accepted' && outcome.runId !== null) await broker.cancelRun(outcome.runId)
      }),
    )
  }
}

const answers = new Map<string, number[]>()
/** gh comes with absolute-form requests, since it takes this for its proxy; they go on as they are. */
const proxy = createServer((incoming, answer) => {
  const from = performance.now()
  const { hostname, port } = new URL(hubUrl)
  const { method, headers, url: path } = incoming
  const outgoing = request({ hostname, port, method, path, headers }, received => {
    answer.writeHead(received.statusCode ?? 502, received.headers)
    received.pipe(answer)
    received.on('end', () => note(`${method} ${path}`, performance.now() - from))
  })
  incoming.pipe(outgoing)
})

function note(call: string, milliseconds: number): void {
  const { pathname } = new URL(call.split(' ')[1] ?? '', hubUrl)
  const name = `${call.split(' ')[0]} ${pathname
    .replace(/^.*\/actions/, '')
    .replaceAll(/\d+/g, 'N')
    .slice(0, 36)}`
  answers.set(name, [...(answers.get(name) ?? []), milliseconds])
}

await fill()
await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve))
const env = {
  ...bench.env,
  GH_HOST: 'github.localhost',
  GH_TOKEN: token,
  GH_REPO: `github.localhost/${repository.owner}/${repository.name}`,
  HTTP_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
  NO_PROXY: '',
  TMPDIR: bench.folder,
}
for (let round = 0; round < 5; round += 1) {
  await run('gh', ['workflow', 'run', 'leave.yml', '--ref', 'main'], env)
  const newest = await run(
    'gh',
    ['run', 'list', '--workflow', 'leave.yml', '--limit', '1', '--json', 'databaseId'],
    env,
  )
  const id = String(JSON.parse(newest)[0].databaseId)
  await run('gh', ['run', 'watch', id, '--interval', '1'], env)
  const folder = join(bench.folder, `download-${round}`)
  mkdirSync(folder)
  await run('gh', ['run', 'download', id, '--dir', folder], env)
}
proxy.close()
process.stdout.write(`${stored} runs in the store\n${header}\n`)
for (const [name, values] of answers) process.stdout.write(`${row(name, values)}\n`)
const slowest = Math.max(...[...answers.values()].map(median))
process.stdout.write(`\nslowest call at the median: ${slowest.toFixed(1)} ms (wanted: under 20)\n`)
