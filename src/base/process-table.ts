import { readdirSync, readFileSync } from 'node:fs'
import { RelayError, systemErrorCode } from './errors.ts'
import { runProgram } from './process.ts'

/** One live process (never a zombie) of this machine, as far as this user may see it. */
export interface ProcessEntry {
  readonly pid: number
  readonly parent: number
  /** Tells a process from a later one with the same pid. Equal only for the same process; otherwise opaque. */
  readonly started: string
  /** Whether its environment carries the marker asked for. */
  readonly marked: boolean
}

export interface Marker {
  readonly name: string
  /** Letters, digits, `-`, `_`, `.` and `:` only: `ps` prints an environment without quoting it. */
  readonly value: string
}

/** All processes of this machine; on Linux from /proc, elsewhere from `ps -E`. */
export async function readProcessTable(marker: Marker): Promise<readonly ProcessEntry[]> {
  const assignment = `${marker.name}=${marker.value}`
  if (!/^\w+=[\w.:-]+$/.test(assignment)) {
    throw new RelayError('internal', `${JSON.stringify(assignment)} cannot mark a process`)
  }
  return process.platform === 'linux' ? readProc(assignment) : await readPs(assignment)
}

function readProc(assignment: string): readonly ProcessEntry[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(name => readProcEntry(Number(name), assignment) ?? [])
}

function readProcEntry(pid: number, assignment: string): ProcessEntry | null {
  // The program's name stands in brackets and may hold anything, brackets and spaces too: read from the last one on.
  const stat = readProcFile(pid, 'stat')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  // proc(5): after the name come state, ppid, …; start time, in clock ticks since boot, is field 22 of the whole line.
  const [state, parent] = fields
  const started = fields[19]
  if (state === undefined || parent === undefined || started === undefined) return null
  if (state === 'Z' || state === 'X') return null
  const marked = readProcFile(pid, 'environ').split('\0').includes(assignment)
  return { pid, parent: Number(parent), started, marked }
}

/** Empty when the process has just ended, or belongs to somebody else. */
function readProcFile(pid: number, file: 'stat' | 'environ'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch (thrown) {
    const code = systemErrorCode(thrown)
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return ''
    throw thrown
  }
}

async function readPs(assignment: string): Promise<readonly ProcessEntry[]> {
  // A bare environment: ps itself shall not bear the marker, and dates shall come in English.
  const outcome = await runProgram('/bin/ps', ['-axEww', '-o', 'pid=,ppid=,stat=,lstart=,command='], {
    env: { LC_ALL: 'C' },
    maxOutputBytes: 64 * 1024 * 1024,
  })
  if (outcome.kind === 'exited' && outcome.code === 0) return parsePs(outcome.stdout, assignment)
  throw new RelayError('internal', `The processes of this machine could not be listed: ps ${outcome.kind}`)
}

const psLine = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\w{3}\s+\w{3}\s+\d+\s+[\d:]+\s+\d{4})\s(.*)$/

/**
 * Reads `ps -axEww -o pid=,ppid=,stat=,lstart=,command=`: macOS appends the environment to the command, parted by
 * spaces. A marker in an argument therefore counts as well; its value is random, so only our own can match. macOS
 * hides the environment of its own programs, such as /bin/sleep: those are found as descendants, or not at all.
 */
export function parsePs(output: string, assignment: string): readonly ProcessEntry[] {
  return output.split('\n').flatMap(line => {
    const [, pid, parent, state, started, command] = psLine.exec(line) ?? []
    if (pid === undefined || state === undefined || started === undefined || command === undefined) return []
    if (state.startsWith('Z')) return []
    return [
      {
        pid: Number(pid),
        parent: Number(parent),
        started,
        marked: ` ${command} `.includes(` ${assignment} `),
      },
    ]
  })
}
