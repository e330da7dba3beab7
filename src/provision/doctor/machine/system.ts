import { readFile } from 'node:fs/promises'
import { arch, machine as kernelMachine } from 'node:os'
import type { Check } from '../check.ts'
import { type Finding, ok, problem } from '../finding.ts'

const name = 'system'

export interface SystemFacts {
  readonly platform: NodeJS.Platform
  /** Of the programs, in Node's words: `arm` is a system of 32 bits. */
  readonly arch: string
  /** Of the kernel: `aarch64` also under programs of 32 bits. */
  readonly kernel: string
  /** Of a board: "Raspberry Pi 4 Model B Rev 1.4"; null: it does not say. */
  readonly model: string | null
}

export function systemCheck(platform: NodeJS.Platform): Check {
  return {
    name,
    timeoutMs: 5_000,
    look: async () => [
      judgeSystem({ platform, arch: arch(), kernel: kernelMachine(), model: await boardModel() }),
    ],
  }
}

/** GitHub's runner has no release for 32 bits any more (actions/runner#4303). Pure. */
export function judgeSystem({ platform, arch, kernel, model }: SystemFacts): Finding {
  const what = [model, platform, arch].filter(part => part !== null).join(', ')
  if (arch !== 'arm' && arch !== 'ia32') return ok(name, what)
  const isHalf = kernel === 'aarch64' || kernel === 'x86_64'
  return problem(name, `a system of 32 bits (${what}${isHalf ? ', although the kernel has 64' : ''})`, {
    why: 'GitHub’s runner needs one of 64: write Raspberry Pi OS (64-bit) on the card, which every Pi from the 3 on takes',
  })
}

/** The device tree ends it with a NUL. */
async function boardModel(): Promise<string | null> {
  const text = await readFile('/proc/device-tree/model', 'utf8').catch(() => null)
  return text?.replaceAll('\0', '').trim() || null
}
