import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Runner, RunnerFacts } from '../../../model/runner.ts'
import { parsePolicy } from '../../../policy/parse.ts'
import type { Finding } from '../finding.ts'
import { githubMends, hubMends } from './fleet-mends.ts'
import { type FleetFacts, judgeRoutes } from './routes.ts'

const seed = `routes:
  transcribe:
    prefer: [macmini]
    fallback: [rpi4]
    constraints:
      needs_ffmpeg: true
`

function runner(name: string, labels: readonly string[], changes: Partial<Runner> = {}): Runner {
  return { id: name.length, name, os: 'linux', status: 'online', busy: false, labels, ...changes }
}

const macmini = runner('macmini', ['self-hosted', 'macmini', 'audio'])
const rpi4 = runner('rpi4', ['self-hosted', 'rpi4', 'audio'])

const now = Date.parse('2026-11-20T12:00:00Z')

function judge(runners: readonly Runner[], changes: Partial<FleetFacts> = {}): readonly Finding[] {
  const facts = new Map<string, RunnerFacts>()
  const fleet = { runners, facts, ...changes.fleet }
  const policy = parsePolicy(seed, 'policy.yaml')
  return judgeRoutes({ policy, offersHosted: false, mends: githubMends, now, ...changes, fleet })
}

function inShort(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ severity, what }) => `${severity}: ${what}`)
}

test('A fleet that can keep the policy is well, and labels that no route uses do not matter', () => {
  const spare = runner('rpi3', ['self-hosted', 'overflow'])
  assert.deepEqual(inShort(judge([macmini, rpi4, spare])), [
    'ok: macmini, rpi4, rpi3 online; transcribe → macmini, rpi4',
  ])
})

test('A label that no runner has is a warning while another machine takes the jobs, and a problem when none does', () => {
  assert.deepEqual(inShort(judge([rpi4])), ['warning: no runner has the label "macmini"'])
  const typo = runner('mini', ['self-hosted', 'macmni'])
  const [first, second] = judge([typo])
  assert.equal(first?.what, 'no runner has the label "macmini"; the nearest there is: "macmni"')
  assert.equal(first?.severity, 'problem')
  assert.equal(first?.mend?.command, 'relayq runner add macmini  # on that machine')
  assert.equal(second?.severity, 'problem')
})

test('A machine that is away is named with the day of its last result', () => {
  const reportedAt = '2026-11-20T10:00:00.000Z'
  const away = { ...macmini, status: 'offline' as const }
  const facts = new Map([['macmini', { reportedAt }]])
  const found = judge([away, rpi4], { fleet: { runners: [away, rpi4], facts } })
  assert.deepEqual(inShort(found), [
    'warning: macmini is offline (its last result is of 2026-11-20 10:00 UTC)',
  ])
  const both = judge([away, { ...rpi4, status: 'offline' }])
  assert.deepEqual(
    both.map(({ severity, what }) => [severity, what]),
    [
      ['problem', 'macmini is offline'],
      ['problem', 'rpi4 is offline'],
    ],
  )
})

test('A machine that said it has no ffmpeg may not take what needs it', () => {
  const facts = new Map([['rpi4', { ffmpeg: false, reportedAt: '2026-11-20T10:00:00Z' }]])
  const [found] = judge([macmini, rpi4], { fleet: { runners: [macmini, rpi4], facts } })
  assert.equal(
    found?.what,
    'rpi4 may not take transcribe jobs: needs ffmpeg; it reported none on 2026-11-20, which counts for a day',
  )
  assert.match(found?.mend?.command ?? '', /relayq doctor machine/)
  const later = { fleet: { runners: [macmini, rpi4], facts }, now: now + 2 * 86_400_000 }
  assert.equal(judge([macmini, rpi4], later)[0]?.severity, 'ok', 'it may have been installed since')
})

test('No runner at all is one problem, and a hub names the command that brings one', () => {
  const found = judge([], { mends: hubMends([{ name: 'box', labels: ['self-hosted', 'box'] }]) })
  assert.deepEqual(inShort(found), ['problem: no runner is registered'])
  assert.equal(
    found[0]?.mend?.command,
    'relayq down && relayq up --detach --runner box=self-hosted,box --runner macmini=macmini',
  )
})

test('The mends of a hub’s runners that are away do not undo one another', () => {
  const away = [macmini, rpi4].map(one => ({ ...one, status: 'offline' as const }))
  const mends = hubMends([{ name: 'box', labels: ['self-hosted', 'box'] }], away)
  const told = judge(away, { mends }).flatMap(({ mend }) => mend?.command ?? [])
  assert.deepEqual(
    new Set(told),
    new Set([
      'relayq down && relayq up --detach --runner box=self-hosted,box --runner macmini=self-hosted,macmini,audio --runner rpi4=self-hosted,rpi4,audio',
    ]),
  )
})
