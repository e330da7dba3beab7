import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryBroker } from '../../test/support/memory-broker.ts'
import { RelayError } from '../base/errors.ts'
import { requireKind } from '../model/inputs.ts'
import type { QueueContext } from './context.ts'
import { requireScript } from './require-script.ts'

const notHere = async () => null

async function ask(
  broker: MemoryBroker,
  script: string,
  localScript: QueueContext['localScript'] = notHere,
): Promise<string> {
  try {
    const context = { broker, ref: null, localScript }
    const differs = await requireScript(context, requireKind('command'), { script })
    return differs ? `${differs.place} ${differs.isCommitted ? 'is committed' : 'was edited'}` : 'goes out'
  } catch (thrown) {
    assert.ok(thrown instanceof RelayError)
    return `${thrown.code} ${thrown.message} ${thrown.hint}`
  }
}

test('a script that the repository does not have is refused, with those it has', async () => {
  const broker = new MemoryBroker()
  broker.folders.set('jobs', ['hello.sh', 'photos/'])
  broker.folders.set('jobs/photos', ['new.py'])
  broker.folders.set('jobs/films', [])
  assert.equal(await ask(broker, 'hello.sh'), 'goes out')
  assert.equal(await ask(broker, 'photos/new.py'), 'goes out')
  assert.match(await ask(broker, 'helo.sh'), /^script_unusable .* There are: hello\.sh, photos\/\.$/)
  assert.match(await ask(broker, 'photos'), /^script_unusable/)
  assert.match(await ask(broker, 'photos/old.py'), /There are: photos\/new\.py\.$/)
  assert.match(await ask(broker, 'films/x.sh'), /There are: hello\.sh, photos\/\.$/)
})

/** What a checkout has at `jobs/hello.sh`. */
function checkoutWith(blob: string, isCommitted: boolean): QueueContext['localScript'] {
  return async place => (place === 'jobs/hello.sh' ? { blob, isCommitted: async () => isCommitted } : null)
}

test('a script that is another one in the checkout is told, and nothing where it is the same or not known', async () => {
  const broker = new MemoryBroker()
  broker.folders.set('jobs', ['hello.sh'])
  const here = checkoutWith('edited', false)
  assert.equal(await ask(broker, 'hello.sh', here), 'goes out', 'the broker told no content')
  broker.blobs.set('jobs/hello.sh', 'committed')
  assert.equal(await ask(broker, 'hello.sh', here), 'jobs/hello.sh was edited')
  assert.equal(await ask(broker, 'hello.sh', checkoutWith('newer', true)), 'jobs/hello.sh is committed')
  assert.equal(await ask(broker, 'hello.sh', checkoutWith('committed', true)), 'goes out')
  assert.equal(await ask(broker, 'hello.sh'), 'goes out')
})

test('a script that the repository does not have may lie in the checkout, which is said', async () => {
  const broker = new MemoryBroker()
  broker.folders.set('jobs', ['other.sh'])
  const asked = (isCommitted: boolean) => ask(broker, 'hello.sh', checkoutWith('new', isCommitted))
  assert.match(
    await asked(false),
    /has no script jobs\/hello\.sh: it lies here, but is not committed\. Commit and/,
  )
  assert.match(
    await asked(true),
    /has no script jobs\/hello\.sh: it is committed here, but not pushed\. Push it/,
  )
})

test('what cannot be seen now is left to the job', async () => {
  const broker = new MemoryBroker()
  assert.equal(await ask(broker, 'hello.sh'), 'goes out')
  broker.isDown = true
  assert.equal(await ask(broker, 'hello.sh'), 'goes out')
})

test('a broker without a repository has no scripts', async () => {
  const broker = new MemoryBroker()
  broker.listFolder = async () => ({ kind: 'no_repository' })
  assert.match(await ask(broker, 'hello.sh'), /^invalid_input .* Use GitHub, or the embedded one/)
})
