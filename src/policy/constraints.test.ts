import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Runner, RunnerFacts } from '../model/runner.ts'
import { capabilitiesOf, hostedMachine, knowMachine } from './capabilities.ts'
import { checkConstraints } from './constraints.ts'
import { type Capabilities, type Constraints, noConstraints } from './policy.ts'

const pi: Runner = {
  ...{ id: 1, name: 'pi', os: 'Linux', status: 'online', busy: false },
  labels: ['self-hosted', 'Linux', 'ARM64'],
}
const reportedAt = '2026-02-03T04:05:06Z'
const nothing: Capabilities = {
  ...{ memoryGb: null, cores: null, ffmpeg: null, arch: null, tools: null, speed: new Map() },
}

interface Case {
  readonly wants: Partial<Constraints>
  readonly reported?: Partial<RunnerFacts>
  readonly written?: Partial<Capabilities>
  /** null: met, with nothing to say. */
  readonly says: string | null
  readonly met?: boolean
}

const cases: readonly Case[] = [
  {
    wants: { minMemoryGb: 2 },
    reported: { memoryMb: 926 },
    says: 'has 0.9 GB of memory (reported on 2026-02-03), less than min_memory_gb (2)',
  },
  {
    wants: { minMemoryGb: 2 },
    written: { memoryGb: 1 },
    says: 'has 1 GB of memory (by runner_capabilities), less than min_memory_gb (2)',
  },
  { wants: { minMemoryGb: 2 }, says: 'how much memory it has is unknown', met: true },
  // What a Raspberry Pi of 1 GB reports is enough for a job that needs 1 GB.
  { wants: { minMemoryGb: 1 }, reported: { memoryMb: 905 }, says: null },
  // What it reports wins over the file.
  { wants: { minMemoryGb: 4 }, reported: { memoryMb: 8_000 }, written: { memoryGb: 1 }, says: null },
  { wants: { arch: ['x64'] }, says: 'is arm64 (by its label), not x64' },
  { wants: { arch: ['x64', 'arm64'] }, says: null },
  { wants: { arch: ['x64'] }, reported: { arch: 'x64' }, says: null },
  { wants: { arch: ['x64'] }, reported: { arch: 'ia32' }, says: 'is x86 (reported on 2026-02-03), not x64' },
  {
    wants: { arch: ['x64', 'x86'] },
    written: { arch: 'arm' },
    says: 'is arm (by runner_capabilities), not x64 or x86',
  },
  { wants: { tools: ['whisper-cli'] }, says: 'whether it has whisper-cli is unknown', met: true },
  {
    wants: { tools: ['sox'] },
    reported: { tools: [] },
    says: 'has no sox (reported on 2026-02-03, which counts for a day)',
  },
  { wants: { tools: ['sox'] }, written: { tools: ['jq'] }, says: 'has no sox (by runner_capabilities)' },
  {
    wants: { tools: ['whisper-cli'] },
    reported: { tools: [], engines: [{ name: 'whisper-cli', models: ['base'] }] },
    says: null,
  },
  {
    wants: { needsFfmpeg: true },
    written: { ffmpeg: false },
    says: 'needs ffmpeg; it has none (by runner_capabilities)',
  },
  {
    wants: { needsFfmpeg: true },
    written: { ffmpeg: true },
    says: 'has ffmpeg (by runner_capabilities)',
    met: true,
  },
  {
    wants: { needsFfmpeg: true },
    reported: { ffmpeg: true },
    written: { ffmpeg: false },
    says: 'reported ffmpeg on 2026-02-03',
    met: true,
  },
  {
    wants: { tools: ['sox'], arch: ['x64'] },
    reported: { tools: [] },
    says: 'is arm64 (by its label), not x64; has no sox (reported on 2026-02-03, which counts for a day)',
  },
]

describe('the constraints of a route', () => {
  for (const { wants, reported, written, says, met } of cases) {
    const known = JSON.stringify({ reported, written })
    it(`${JSON.stringify(wants)} and ${known}: ${says ?? 'met'}`, () => {
      const facts = reported ? { ...reported, reportedAt } : null
      const machine = knowMachine(pi, facts, written ? { ...nothing, ...written } : null)
      const fit = checkConstraints({ ...noConstraints, ...wants }, { sizeBytes: 1 }, machine)
      if (says === null) assert.deepEqual(fit, { kind: 'met', remarks: [] })
      else if (met) assert.deepEqual(fit, { kind: 'met', remarks: [says] })
      else assert.deepEqual(fit, { kind: 'broken', reason: says })
    })
  }

  it('tries a machine again that lacked a program a day ago, for it may have been installed', () => {
    const facts = { ffmpeg: false, tools: ['jq'], memoryMb: 926, reportedAt }
    const wants = { ...noConstraints, needsFfmpeg: true, tools: ['sox', 'jq'] }
    const after = (hours: number, constraints: Constraints = wants) => {
      const machine = knowMachine(pi, facts, null, Date.parse(reportedAt) + hours * 3_600_000)
      return checkConstraints(constraints, { sizeBytes: 1 }, machine)
    }
    assert.deepEqual(after(23), {
      kind: 'broken',
      reason:
        'needs ffmpeg; it reported none on 2026-02-03, which counts for a day; ' +
        'has no sox (reported on 2026-02-03, which counts for a day)',
    })
    assert.deepEqual(after(25), {
      kind: 'met',
      remarks: [
        'reported no ffmpeg on 2026-02-03, more than a day ago: it may have it by now',
        'reported no sox on 2026-02-03, more than a day ago: it may have it by now',
      ],
    })
    const memory = after(9_000, { ...noConstraints, minMemoryGb: 4 })
    assert.equal(memory.kind, 'broken', 'memory is not installed by a command')
  })

  it('takes nothing of a GitHub-hosted machine for granted but its architecture', () => {
    const wants = { ...noConstraints, needsFfmpeg: true, arch: ['arm64' as const] }
    const fit = checkConstraints(wants, { sizeBytes: 1 }, hostedMachine)
    assert.deepEqual(fit, { kind: 'broken', reason: 'is x64 (as ubuntu-latest is), not arm64' })
  })

  it('finds what the file says of a machine by its name, else by a label', () => {
    const machines = new Map([
      ['pi', { ...nothing, cores: 4 }],
      ['linux', { ...nothing, cores: 2 }],
    ])
    assert.equal(capabilitiesOf(machines, pi, 'arm64')?.cores, 4)
    assert.equal(capabilitiesOf(machines, { ...pi, name: 'other' }, 'arm64')?.cores, 2)
    assert.equal(capabilitiesOf(machines, null, 'PI')?.cores, 4)
    assert.equal(capabilitiesOf(machines, null, 'arm64'), null)
  })
})
