import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { type FakeService, serviceFile, uidOf } from './services.ts'

/** Keeps one service: runs its command, as its user where we may, and again when it ends; TERM goes to it and ends both. */

const restartMs = 100
const id = process.argv[2] ?? ''
const service = JSON.parse(readFileSync(serviceFile(id), 'utf8')) as FakeService
let child: ChildProcess | null = null
let isEnding = false

process.on('SIGTERM', () => {
  isEnding = true
  child?.kill('SIGTERM')
})

while (!isEnding) {
  const [file = '', ...args] = service.command
  const uid = process.getuid?.() === 0 && service.user !== null ? uidOf(service.user) : null
  const account = uid === null ? {} : { uid, gid: uid }
  const env = { PATH: '/usr/bin:/bin', ...service.env }
  child = spawn(file, args, { cwd: service.cwd, env, stdio: 'inherit', ...account })
  await new Promise<void>(resolve => {
    child?.once('exit', () => resolve())
    child?.once('error', error => {
      process.stderr.write(`${error.message}\n`)
      resolve()
    })
  })
  if (!isEnding) await pause(restartMs)
}
