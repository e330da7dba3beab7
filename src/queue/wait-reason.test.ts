import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Runner } from '../model/runner.ts'
import { waitReason } from './wait-reason.ts'

const mac = {
  id: 1,
  name: 'mini',
  os: 'macOS',
  status: 'online',
  busy: false,
  labels: ['self-hosted', 'MacMini'],
} as const
const runsOn = ['self-hosted', 'macmini']

describe('waitReason', () => {
  const table: readonly [string, readonly Runner[], RegExp][] = [
    ['nobody bears the label', [], /with label macmini: none is registered$/],
    ['the runner is offline', [{ ...mac, status: 'offline' }], /: mini offline$/],
    ['the runner is busy', [{ ...mac, busy: true }], /: mini busy$/],
    ['the runner is idle', [mac], /: mini idle, about to take it$/],
    [
      'one is busy, one offline',
      [
        { ...mac, busy: true },
        { ...mac, name: 'air', status: 'offline' },
      ],
      /: mini busy$/,
    ],
  ]
  for (const [name, runners, expected] of table) {
    it(`tells that ${name}`, () => {
      assert.match(waitReason(runsOn, runners), expected)
    })
  }

  it('tells that GitHub starts a machine of its own, which no list of runners holds', () => {
    assert.equal(waitReason(['ubuntu-latest'], [mac]), 'waiting for a GitHub-hosted machine (ubuntu-latest)')
  })

  it('does not guess what the workflow itself asks for', () => {
    assert.equal(waitReason([], [mac]), 'waiting for a runner that fits the workflow')
  })
})
