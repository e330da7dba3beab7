import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

/**
 * config.sh of the package: registers as actions/runner does (docs/protocol.md, "Joining"), with its words when it may
 * not. Of what it is answered, only the credentials differ: a token that lasts, instead of a key to get one with.
 */

const [folder = '', ...args] = process.argv.slice(2)
const { values } = parseArgs({
  args,
  options: {
    unattended: { type: 'boolean' },
    url: { type: 'string', default: '' },
    name: { type: 'string', default: '' },
    labels: { type: 'string', default: '' },
    work: { type: 'string', default: '_work' },
    disableupdate: { type: 'boolean' },
    ephemeral: { type: 'boolean' },
    replace: { type: 'boolean' },
  },
})
const token = process.env['ACTIONS_RUNNER_INPUT_TOKEN'] ?? ''
mkdirSync(join(folder, '_diag'), { recursive: true })
writeFileSync(join(folder, '_diag', 'arguments'), args.join(' '))
if (process.getuid?.() === 0) end('Must not run with sudo')
if (existsSync(join(folder, '.runner'))) end('Cannot configure the runner because it is already configured.')
if (token === '') end('Invalid configuration provided for token. Terminating unattended configuration.')

const { origin, pathname } = new URL(values.url)
const api = `${origin}/api/v3`
await ask('POST', `${api}/actions/runner-registration`, { url: values.url, runner_event: 'register' })
const known = await ask('GET', `${api}/repos${pathname}/actions/runners?name=${values.name}`)
const isTaken = (known['runners'] as unknown[]).length > 0
if (isTaken && !values.replace) end(`A runner exists with the same name ${values.name}.`)
const registered = await ask('POST', `${api}/actions/runners/register`, {
  url: values.url,
  name: values.name,
  labels: values.labels.split(',').map(name => ({ name, type: 'user' })),
  ephemeral: values.ephemeral ?? false,
  replace: isTaken,
  work_folder: values.work,
})
writeFileSync(join(folder, '.credentials'), registered['credentials'] as string)
// As the real one writes it: with a byte order mark.
writeFileSync(join(folder, '.runner'), `\uFEFF${registered['settings']}`)
process.stdout.write('√ Runner successfully added\n')

async function ask(method: string, url: string, body?: object): Promise<Record<string, unknown>> {
  const headers = { Authorization: `RemoteAuth ${token}` }
  const answer = await fetch(url, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
  if (!answer.ok) end(`Http response code: ${answer.statusText} from '${method} ${url}'`)
  return (await answer.json()) as Record<string, unknown>
}

function end(words: string): never {
  process.stderr.write(`${words}\n`)
  process.exit(1)
}
