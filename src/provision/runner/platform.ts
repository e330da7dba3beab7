import { readFile } from 'node:fs/promises'
import { RelayError } from '../../base/errors.ts'
import { runProgram } from '../../base/process.ts'

/** What a machine says of itself. */
export interface MachineFacts {
  /** Of the program that asks: on a 64-bit kernel with a 32-bit system `arm`. */
  readonly platform: NodeJS.Platform
  readonly arch: string
  /** `getconf LONG_BIT`: 32 where the system's programs are 32-bit, whatever the kernel is; null: it cannot say. */
  readonly longBit: number | null
  /** /proc/device-tree/model: "Raspberry Pi 4 Model B Rev 1.4"; null elsewhere. */
  readonly model: string | null
}

/** In the words of actions/runner's downloads. */
export interface RunnerPlatform {
  readonly os: 'linux' | 'osx'
  readonly architecture: 'x64' | 'arm64'
}

export async function lookAtMachine(env: NodeJS.ProcessEnv): Promise<MachineFacts> {
  const longBit = await runProgram('getconf', ['LONG_BIT'], { env, timeoutMs: 10_000 })
  const bits = longBit.kind === 'exited' ? Number(longBit.stdout.trim()) : Number.NaN
  const model = await readFile('/proc/device-tree/model', 'utf8').catch(() => null)
  return {
    platform: process.platform,
    arch: process.arch,
    longBit: Number.isInteger(bits) && bits > 0 ? bits : null,
    model: model === null ? null : model.replaceAll('\0', '').trim(),
  }
}

/** Which package is for this machine. Throws `unsupported_machine` with the way out, where there is one. Pure. */
export function platformOf(facts: MachineFacts): RunnerPlatform {
  const { platform, arch, longBit } = facts
  if (platform !== 'linux' && platform !== 'darwin') {
    throw new RelayError(
      'unsupported_machine',
      `RelayQ sets up runners on Linux and macOS, not on ${platform}.`,
      {
        hint: 'On Windows set one up by hand: https://docs.github.com/actions/how-tos/manage-runners/self-hosted-runners/add-runners',
      },
    )
  }
  if (arch === 'arm' || arch === 'ia32' || longBit === 32) throw refused32Bit(facts)
  if (arch === 'x64' || arch === 'arm64')
    return { os: platform === 'darwin' ? 'osx' : 'linux', architecture: arch }
  throw new RelayError('unsupported_machine', `GitHub has no runner for processors of the kind ${arch}.`)
}

/** Models whose processor has no 64-bit mode: all of the first, the Zero and Zero W, and the 2 before revision 1.2. */
const only32Bit = /Raspberry Pi (?:Model|Zero (?:Rev|W Rev)|Compute Module Rev|2 Model B Rev 1\.[01])/

function refused32Bit({ arch, model }: MachineFacts): RelayError {
  if (arch === 'ia32' || (model === null && arch !== 'arm' && arch !== 'arm64')) {
    return new RelayError('unsupported_machine', 'This system is 32-bit, for which GitHub has no runner.')
  }
  const machine = model ?? 'This machine'
  const hint = only32Bit.test(model ?? '')
    ? 'This model cannot run a 64-bit system: use it to submit jobs, and a Pi 3 or later to do them.'
    : 'Write Raspberry Pi OS (64-bit) to its card with Raspberry Pi Imager, then run this again; a Pi 3, 4, 5 and Zero 2 W can all run it.'
  return new RelayError(
    'unsupported_machine',
    `${machine} runs a 32-bit system: GitHub's runner has not supported 32-bit ARM since 2026-09-16.`,
    { hint },
  )
}
