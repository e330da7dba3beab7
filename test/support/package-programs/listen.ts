import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** run.sh of the package: the embedded listener with the registration that lies in the package's folder. */

const [listener = '', version = '', folder = ''] = process.argv.slice(2)
if (!existsSync(join(folder, '.runner'))) {
  process.stderr.write('An error occurred: Not configured. Run Config.(sh/cmd) to configure the runner.\n')
  process.exit(1)
}
const file = (name: string): string => readFileSync(join(folder, name)).toString('base64')
const settings = JSON.parse(readFileSync(join(folder, '.runner'), 'utf8')) as { WorkFolder: string }
const encoded = JSON.stringify({ '.runner': file('.runner'), '.credentials': file('.credentials') })

// As the real one: its logs, and proof of what it was started with.
mkdirSync(join(folder, '_diag'), { recursive: true })
writeFileSync(join(folder, '_diag', 'started.json'), JSON.stringify({ version, env: process.env }))

const child = spawn(process.execPath, [listener], { stdio: ['pipe', 'inherit', 'inherit'], detached: true })
const options = {
  jitConfig: Buffer.from(encoded).toString('base64'),
  workDir: join(settings.WorkFolder, 'embedded'),
  relayqBin: process.env['PATH']?.split(delimiter)[0] ?? '',
  actions: 'offline',
  actionArchiveCache: null,
  passEnv: {},
  endsWithInput: true,
}
child.stdin.write(`${JSON.stringify(options)}\n`)
process.on('SIGTERM', () => child.kill('SIGTERM'))
child.once('exit', code => process.exit(code ?? 1))
