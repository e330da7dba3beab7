/** How long `relayq --version` takes beside bare Node, warm. Run: node bench/start.ts */
import { join } from 'node:path'
import { header, measure, median, row, run } from './support/measure.ts'

const root = join(import.meta.dirname, '..')
const main = join(root, 'src/cli/main.ts')
const env = {
  ...process.env,
  NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '/tmp/relayq-bench-compile-cache',
}
const times = 30

const bare: number[] = []
const version: number[] = []
const launcher: number[] = []
await run(process.execPath, [main, '--version'], env)
await run(join(root, 'relayq'), ['--version'], env)
for (let round = 0; round < times; round += 1) {
  bare.push(...(await measure(1, async () => void (await run(process.execPath, ['-e', '0'], env)))))
  version.push(
    ...(await measure(1, async () => void (await run(process.execPath, [main, '--version'], env)))),
  )
  launcher.push(...(await measure(1, async () => void (await run(join(root, 'relayq'), ['--version'], env)))))
}
const report = [
  header,
  row('node -e 0', bare),
  row('node src/cli/main.ts --version', version),
  row('./relayq --version', launcher),
]
const more = median(version) - median(bare)
process.stdout.write(
  `${report.join('\n')}\n\nmain.ts over bare node: ${more.toFixed(1)} ms (wanted: under 15)\n`,
)
