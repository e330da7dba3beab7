/**
 * A process that submits one job to the ledger `argv[2]`, over a broker whose dispatches are lines of the file `argv[3]`,
 * and dies with SIGKILL at the point `argv[4]`. It begins when its standard input ends, so that two can begin at once.
 */
import { appendFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { type Ledger, openLedger } from '../../src/ledger/ledger.ts'
import type { DispatchOutcome, DispatchRequest } from '../../src/model/broker.ts'
import { parsePolicy } from '../../src/policy/parse.ts'
import { Queue } from '../../src/queue/queue.ts'
import { MemoryBroker } from './memory-broker.ts'
import { benchPolicy, benchStart } from './queue-bench.ts'

const [, , ledgerPath = '', journal = '', deathPoint = ''] = process.argv

class JournalBroker extends MemoryBroker {
  override async dispatch(request: DispatchRequest): Promise<DispatchOutcome> {
    if (deathPoint === 'before_dispatch') process.kill(process.pid, 'SIGKILL')
    appendFileSync(journal, `${JSON.stringify(request)}\n`)
    if (deathPoint === 'before_answer') process.kill(process.pid, 'SIGKILL')
    return super.dispatch(request)
  }
}

function openMortalLedger(): Ledger {
  const ledger = openLedger(ledgerPath)
  const insertJob = ledger.insertJob.bind(ledger)
  ledger.insertJob = job => {
    const inserted = insertJob(job)
    if (deathPoint === 'before_attempt') process.kill(process.pid, 'SIGKILL')
    return inserted
  }
  return ledger
}

await text(process.stdin)
const queue = new Queue({
  broker: new JournalBroker(),
  ledger: openMortalLedger(),
  loadPolicy: async () => parsePolicy(benchPolicy, 'policy.yaml'),
  clock: () => benchStart,
  sleep: async () => undefined,
  sizeOf: async () => null,
  encryption: { isUsual: () => false, keys: () => new Map() },
  cwd: '',
  localScript: async () => null,
  dataDir: '',
  removesArtifacts: false,
  ref: 'main',
})
const { kind, job } = await queue.submit({ kind: 'transcribe', inputs: { url: 'https://example.com/a.mp3' } })
process.stdout.write(JSON.stringify({ kind, id: job.id }))
