import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryBroker } from '../../test/support/memory-broker.ts'
import { RelayError } from '../base/errors.ts'
import { requireKind } from '../model/inputs.ts'
import { requireScript } from './require-script.ts'

async function ask(broker: MemoryBroker, script: string): Promise<string> {
  try {
    await requireScript({ broker, ref: null }, requireKind('command'), { script })
    return 'goes out'
  } catch (thrown) {
    assert.ok(thrown instanceof RelayError)
    return `${thrown.code} ${thrown.hint}`
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

test('what cannot be seen now is left to the job', async () => {
  const broker = new MemoryBroker()
  assert.equal(await ask(broker, 'hello.sh'), 'goes out')
  broker.isDown = true
  assert.equal(await ask(broker, 'hello.sh'), 'goes out')
})

test('a broker without a repository has no scripts', async () => {
  const broker = new MemoryBroker()
  broker.listFolder = async () => ({ kind: 'no_repository' })
  assert.match(await ask(broker, 'hello.sh'), /^invalid_input Use GitHub, or the embedded one/)
})
