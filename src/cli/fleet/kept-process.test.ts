import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KeptProcess } from './kept-process.ts'

test('a process that ends again and again is started after growing pauses until its owner gives up', async () => {
  const log: string[] = []
  const givenUp = Promise.withResolvers<number>()
  const kept = new KeptProcess({
    name: 'box',
    args: ['-e', 'process.exit(3)'],
    env: {},
    graceMs: 1_000,
    firstLine: async () => '',
    log: line => log.push(line),
    onEnd: (_, quickEnds) => {
      if (quickEnds < 3) return 'restart'
      givenUp.resolve(quickEnds)
      return 'give_up'
    },
  })
  kept.start()
  assert.equal(await givenUp.promise, 3)
  await kept.stop()
  assert.deepEqual(log, [
    'box ended (exit code 3); it is started again in 0.1 s',
    'box ended (exit code 3); it is started again in 0.2 s',
  ])
})

test('what a process says on standard error is logged under its name, without the name of the program', async () => {
  const log: string[] = []
  const said = Promise.withResolvers<void>()
  const kept = new KeptProcess({
    name: 'box',
    args: ['-e', 'process.stderr.write("relayq: it broke\\n  like this\\n"); process.stdin.resume()'],
    env: {},
    graceMs: 1_000,
    firstLine: async () => '',
    log: line => {
      if (log.push(line) === 2) said.resolve()
    },
  })
  kept.start()
  await said.promise
  await kept.stop()
  assert.deepEqual(log, ['box: it broke', 'box:   like this'])
})

test('a process that winds up after its second TERM has time of its own for it', async () => {
  const log: string[] = []
  const ready = Promise.withResolvers<void>()
  const windsUp = `
    let told = 0
    const end = () => { console.error('wound up'); process.exit() }
    process.on('SIGTERM', () => { told += 1; if (told === 2) setTimeout(end, 400) })
    process.stdin.resume()
    console.error('ready')`
  const kept = new KeptProcess({
    name: 'box',
    args: ['-e', windsUp],
    env: {},
    graceMs: 50,
    windUpMs: 10_000,
    firstLine: async () => '',
    log: line => {
      log.push(line)
      ready.resolve()
    },
  })
  kept.start()
  await ready.promise
  await kept.stop()
  assert.deepEqual(log, ['box: ready', 'box: wound up'])
})
