/**
 * The floor that `relayq dispatch` is measured against: the same two requests and a ledger row, with node:http and
 * node:sqlite and nothing else. Arguments: API URL, owner/repo, workflow, URL of the input. Token in RELAYQ_TOKEN.
 */
import { request } from 'node:http'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

const [api = '', repository = '', workflow = '', url = ''] = process.argv.slice(2)

function call(method: string, path: string, body?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${api}/repos/${repository}/actions/${path}`,
      {
        method,
        headers: {
          authorization: `token ${process.env['RELAYQ_TOKEN']}`,
          'content-type': 'application/json',
        },
      },
      answer => {
        let text = ''
        answer.on('data', chunk => {
          text += chunk
        })
        answer.on('end', () => resolve(text))
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

await call('GET', 'runners?per_page=100')
const ledger = new DatabaseSync(join(process.env['HOME'] ?? '.', 'bare.db'))
ledger.exec('PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS job (id INTEGER PRIMARY KEY, body TEXT)')
ledger.prepare('INSERT INTO job (body) VALUES (?)').run(url)
const body = JSON.stringify({ ref: 'main', inputs: { url }, return_run_details: true })
process.stdout.write(`${JSON.parse(await call('POST', `workflows/${workflow}/dispatches`, body)).html_url}\n`)
ledger.close()
