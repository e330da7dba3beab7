import { spawn } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** What the doubles of systemctl and launchctl share: services that really run, and are started again when they end. */

export interface FakeService {
  readonly command: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  readonly user: string | null
}

/** Of the machine that the fakes make up: calls, accounts and running services. */
const machine = process.env['RELAYQ_FAKE_MACHINE'] ?? ''
const services = join(machine, 'services')

/** Every argument of every program that was started: a secret among them is a fault. */
export function recordCall(program: string): readonly string[] {
  const args = process.argv.slice(2)
  appendFileSync(join(machine, 'calls'), `${[program, ...args].join(' ')}\n`)
  return args
}

export async function startService(id: string, service: FakeService): Promise<void> {
  if (isRunning(id)) return
  knowService(id, service)
  const log = openSync(join(services, `${id}.log`), 'a')
  const keeper = spawn(process.execPath, [join(import.meta.dirname, 'keep-service.ts'), id], {
    detached: true,
    stdio: ['ignore', log, log],
  })
  writeFileSync(pidFile(id), String(keeper.pid))
  keeper.unref()
}

/** Without starting it. */
export function knowService(id: string, service: FakeService): void {
  mkdirSync(services, { recursive: true })
  writeFileSync(serviceFile(id), JSON.stringify(service))
}

export async function stopService(id: string): Promise<void> {
  const pid = pidOf(id)
  if (pid === null) return
  process.kill(pid, 'SIGTERM')
  for (let poll = 0; poll < 500 && isAlive(pid); poll += 1) await pause(20)
  rmSync(pidFile(id), { force: true })
}

export function isRunning(id: string): boolean {
  return pidOf(id) !== null
}

export function serviceFile(id: string): string {
  return join(services, `${id}.json`)
}

/** uid of an account that the double of useradd made; null where it is none of those. */
export function uidOf(user: string): number | null {
  const file = join(machine, 'accounts', user)
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) : null
}

function pidOf(id: string): number | null {
  if (!existsSync(pidFile(id))) return null
  const pid = Number(readFileSync(pidFile(id), 'utf8'))
  return isAlive(pid) ? pid : null
}

function pidFile(id: string): string {
  return join(services, `${id}.pid`)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
