import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { testCompileCache } from '../compile-cache.ts'

/** run.sh of the package: the embedded listener with the registration that lies in the package's folder. */

const [listener = '', version = '', folder = ''] = process.argv.slice(2)
if (!existsSync(join(folder, '.runner'))) {
  process.stderr.write('An error occurred: Not configured. Run Config.(sh/cmd) to configure the runner.\n')
  process.exit(1)
}
const read = (name: string): string => readFileSync(join(folder, name), 'utf8').replace('\uFEFF', '')
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const settings = JSON.parse(read('.runner')) as { WorkFolder: string }
const files = { '.runner': base64(read('.runner')), '.credentials': base64(read('.credentials')) }

// As the real one: its logs, and proof of what it was started with.
mkdirSync(join(folder, '_diag'), { recursive: true })
writeFileSync(join(folder, '_diag', 'started.json'), JSON.stringify({ version, env: process.env }))

const child = spawn(process.execPath, [listener], {
  stdio: ['pipe', 'inherit', 'inherit'],
  detached: true,
  env: { ...process.env, NODE_COMPILE_CACHE: testCompileCache },
})
const options = {
  jitConfig: base64(JSON.stringify(files)),
  workDir: join(settings.WorkFolder, 'embedded'),
  relayqBin: process.env['PATH']?.split(delimiter)[0] ?? '',
  actions: 'offline',
  actionArchiveCache: null,
  // The embedded runner gives jobs a home of their own; the official one hands its own on.
  passEnv: { HOME: process.env['HOME'] },
  endsWithInput: true,
}
child.stdin.write(`${JSON.stringify(options)}\n`)
process.on('SIGTERM', () => child.kill('SIGTERM'))
child.once('exit', code => process.exit(code ?? 1))
