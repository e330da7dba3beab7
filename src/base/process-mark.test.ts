import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { describeMark, hasEnded, markThisProcess } from './process-mark.ts'

const module = join(import.meta.dirname, 'process-mark.ts')
const isLinux = process.platform === 'linux'

test('The end of a process is told by its mark, and only where the mark was made on this machine', async t => {
  const script = `const { markThisProcess } = await import('${module}')
    console.log(markThisProcess()); process.stdin.resume()`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  const [said] = await once(child.stdout, 'data')
  const mark = String(said).trim()
  assert.equal(hasEnded(mark), false)
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.equal(hasEnded(mark), isLinux)
  const words = mark.split(' ')
  assert.equal(hasEnded([...words.slice(0, -1), 'another-boot/pid:[1]'].join(' ')), false)
})

test('The mark of this process is of one that lives, and a name that is none says nothing', () => {
  assert.equal(describeMark(markThisProcess()), `process ${process.pid} of ${hostname()}`)
  assert.equal(describeMark('vm-1'), 'vm-1')
  assert.equal(hasEnded(markThisProcess()), false)
  for (const name of ['', 'vm-1', 'a:1:b', 'a 1 2']) assert.equal(hasEnded(name), false)
})
