import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { writeTable } from './table.ts'

function written(width: number, heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const out = new PassThrough()
  const streams = { in: new PassThrough(), out, err: new PassThrough(), isTTY: true, errIsTTY: true, width }
  writeTable(streams, heading, rows)
  return String(out.read() ?? '')
}

test('A long column gives way to the last one on a narrow terminal, and a short one such as an id never does', () => {
  const rows = [
    ['RELAYQ_MODELS_URL', `https://example.com/${'x'.repeat(60)}`, 'default'],
    ['RELAYQ_POLICY', 'policy.yaml', 'environment'],
  ]
  const lines = written(70, ['SETTING', 'VALUE', 'ORIGIN'], rows).trimEnd().split('\n')
  assert.ok(lines.every(line => line.length <= 70))
  assert.match(lines[1] ?? '', /^RELAYQ_MODELS_URL {2}https:\/\/example\.com\/x+… {2}default$/)
  assert.match(lines[2] ?? '', / {2}environment$/)
  assert.match(written(20, ['JOB', 'REASON'], [['jfyfm3nwdp6s', 'no such name']]), /^jfyfm3nwdp6s$/m)
  assert.match(written(120, ['SETTING', 'VALUE', 'ORIGIN'], rows), /x{60} {2}default$/m)
})

const heading = ['JOB', 'KIND', 'STATE', 'FAILURE', 'RUNNER', 'SUBMITTED', 'REASON']
const reason = 'engine_missing: No speech engine of this machine can do the job: no key of OpenAI is set'
const jobs = [
  ['jdkp4j6xn6q1', 'transcribe', 'failed', 'model_missing', 'macmini', '14 s ago', reason],
  ['jf288fjjb0z8', 'transcribe', 'expired', 'unknown', '', '', ''],
]

test('What a narrow terminal has no room for stands on a line of its own, under its row', () => {
  assert.deepEqual(written(80, heading, jobs).trimEnd().split('\n'), [
    'JOB           KIND        STATE    FAILURE        RUNNER   SUBMITTED',
    '  REASON',
    'jdkp4j6xn6q1  transcribe  failed   model_missing  macmini  14 s ago',
    `  ${reason.slice(0, 77)}…`,
    'jf288fjjb0z8  transcribe  expired  unknown',
  ])
  assert.deepEqual(written(60, heading, jobs).trimEnd().split('\n'), [
    'JOB           KIND        STATE    FAILURE        RUNNER',
    '  SUBMITTED  REASON',
    'jdkp4j6xn6q1  transcribe  failed   model_missing  macmini',
    `  14 s ago   ${reason.slice(0, 46)}…`,
    'jf288fjjb0z8  transcribe  expired  unknown',
  ])
  assert.match(written(120, heading, jobs), /14 s ago {3}engine_missing: No speech .*…$/m)
  assert.equal(written(80, heading, []), '', 'a heading over nothing')
  assert.match(written(80, heading, [jobs[1] ?? []]), /^JOB .* REASON$/m)
  assert.equal(
    written(8, ['JOB', 'KIND'], [['jdkp4j6xn6q1', 'transcribe']]),
    'JOB\n  KIND\njdkp4j6…\n  trans…\n',
  )
})
