import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { RelayError } from '../base/errors.ts'
import { parsePolicy } from './parse.ts'

const malformed: readonly {
  readonly name: string
  readonly text: string
  readonly says: RegExp
  readonly hint?: RegExp
}[] = [
  { name: 'an empty file', text: '', says: /^p\.yaml:1:1: the policy must be a mapping, not empty\.$/ },
  { name: 'a list', text: '- a\n', says: /^p\.yaml:1:1: the policy must be a mapping, not a list/ },
  { name: 'no routes', text: '{}\n', says: /^p\.yaml:1:1: routes is missing/ },
  {
    name: 'an unknown key at the top',
    text: 'route:\n  transcribe: {}\n',
    says: /^p\.yaml:1:1: unknown key "route" in the policy/,
    hint: /Did you mean routes\?/,
  },
  {
    name: 'an unknown kind',
    text: 'routes:\n  transcribr:\n    prefer: [a]\n',
    says: /^p\.yaml:2:3: unknown key "transcribr" in routes/,
    hint: /Did you mean transcribe\?/,
  },
  {
    name: 'an unknown constraint',
    text: 'routes:\n  transcribe:\n    prefer: [a]\n    constraints:\n      need_ffmpeg: true\n',
    says: /^p\.yaml:5:7: unknown key "need_ffmpeg" in routes\.transcribe\.constraints/,
    hint: /Did you mean needs_ffmpeg\?/,
  },
  {
    name: 'a key that resembles none',
    text: 'routes:\n  transcribe:\n    prefer: [a]\n    zzzzzzzzzz: 1\n',
    says: /^p\.yaml:4:5: unknown key "zzzzzzzzzz"/,
    hint: /Known keys: prefer, fallback, constraints, queue_timeout, .*verify\./,
  },
  {
    name: 'a key given twice',
    text: 'routes:\n  transcribe:\n    prefer: [a]\n    prefer: [b]\n',
    says: /^p\.yaml:4:5: map keys must be unique/,
    hint: /Keep one of the two/,
  },
  {
    name: 'broken syntax',
    text: 'routes:\n  transcribe:\n    prefer: [a\n    fallback: [b]\n',
    says: /^p\.yaml:\d+:\d+: /,
  },
  {
    name: 'one label instead of a list',
    text: 'routes:\n  transcribe:\n    prefer: macmini\n',
    says: /^p\.yaml:3:13: routes\.transcribe\.prefer must be a list of labels, not "macmini"/,
    hint: /Write \[macmini\]/,
  },
  {
    name: 'a number as a label',
    text: 'routes:\n  transcribe:\n    prefer: [a, 4]\n',
    says: /^p\.yaml:3:17: routes\.transcribe\.prefer must hold labels, not 4/,
  },
  {
    name: 'an empty chain',
    text: 'routes:\n  transcribe:\n    prefer: []\n',
    says: /^p\.yaml:3:13: routes\.transcribe\.prefer is an empty list/,
  },
  {
    name: 'no preference',
    text: 'routes:\n  transcribe:\n    fallback: [a]\n',
    says: /^p\.yaml:2:3: routes\.transcribe names no preferred label/,
  },
  {
    name: 'a word for a switch',
    text: 'routes:\n  transcribe:\n    prefer: [a]\n    constraints: {needs_ffmpeg: "yes"}\n',
    says: /^p\.yaml:4:33: .*needs_ffmpeg must be true or false, not "yes"/,
  },
  {
    name: 'a negative size',
    text: 'routes:\n  transcribe:\n    prefer: [a]\n    constraints: {max_size_mb: -1}\n',
    says: /^p\.yaml:4:32: .*max_size_mb must be a number above 0, not -1/,
  },
  {
    name: 'an unknown capability',
    text: 'routes: {}\nrunner_capabilities:\n  rpi3: {memory: 1}\n',
    says: /^p\.yaml:3:10: unknown key "memory" in runner_capabilities\.rpi3/,
    hint: /memory_gb/,
  },
  {
    name: 'a speed of an unknown kind',
    text: 'routes: {}\nrunner_capabilities:\n  rpi3: {speed: {cook: 1}}\n',
    says: /^p\.yaml:3:18: unknown key "cook" in runner_capabilities\.rpi3\.speed/,
  },
  {
    name: 'one machine in two spellings',
    text: 'routes: {}\nrunner_capabilities:\n  rpi3: {cores: 4}\n  RPI3: {cores: 2}\n',
    says: /^p\.yaml:4:3: runner_capabilities names RPI3 twice/,
  },
]

const everyKey = `routes:
  transcribe:
    prefer: [{label: macmini, queue_timeout: 30m, weight: 2}]
    fallback: [rpi4, {label: overflow}]
    constraints:
      {needs_ffmpeg: true, max_size_mb: 1000, min_memory_gb: 2, max_concurrent: 2, arch: [arm64], tools: [whisper-cli]}
    queue_timeout: 10m
    timeout_minutes: 360
    retry: {attempts: 5, on: [lost_runner], backoff: 1m, max_backoff: 2m}
    hours: {from: "22:00", to: 7:00, time_zone: Europe/Berlin}
    placement: pack
    preferred_may_take: 0s
    hosted: last
    hosted_minutes_per_month: 500
    verify: off
runner_capabilities:
  RPi3: {memory_gb: 1, cores: 4, ffmpeg: true, arch: arm64, tools: [whisper-cli], speed: {transcribe: 0.5}}
`

const plain = (label: string) => ({ label, queueTimeoutSeconds: null, weight: 1 })

describe('parsePolicy', () => {
  it("reads the policy of this repository as the user's machines need it", () => {
    const path = new URL('../../policy/policy.yaml', import.meta.url)
    const policy = parsePolicy(readFileSync(path, 'utf8'), 'policy.yaml')
    assert.deepEqual(policy.routes.get('transcribe'), {
      prefer: [plain('macmini')],
      fallback: [plain('rpi4')],
      constraints: {
        ...{ needsFfmpeg: true, maxSizeMb: 1000, minMemoryGb: null, maxConcurrent: null },
        ...{ arch: [], tools: [] },
      },
      ...{ queueTimeoutSeconds: null, timeoutMinutes: null, hours: null, placement: 'spread' },
      retry: {
        attempts: 3,
        on: [
          ...['lost_runner', 'disk_full', 'out_of_memory', 'network', 'rate_limit', 'model_missing'],
          'temporary',
        ],
        ...{ backoffSeconds: 30, maxBackoffSeconds: 600 },
      },
      ...{ preferredMayTakeSeconds: 1800, hosted: 'never', hostedMinutesPerMonth: null, verify: 'warn' },
    })
    assert.equal(policy.capabilities.size, 0)
  })

  it('leaves out what is not written and follows aliases', () => {
    const route = parsePolicy(
      'routes:\n  transcribe:\n    prefer: &m [a]\n    fallback: *m\n',
      'p',
    ).routes.get('transcribe')
    assert.deepEqual(route?.fallback, [plain('a')])
    assert.equal(route?.constraints.needsFfmpeg, false)
  })

  it('reads every key', () => {
    const { routes, capabilities } = parsePolicy(everyKey, 'p')
    assert.deepEqual(routes.get('transcribe'), {
      prefer: [{ label: 'macmini', queueTimeoutSeconds: 1_800, weight: 2 }],
      fallback: [plain('rpi4'), plain('overflow')],
      constraints: {
        ...{ needsFfmpeg: true, maxSizeMb: 1_000, minMemoryGb: 2, maxConcurrent: 2 },
        ...{ arch: ['arm64'], tools: ['whisper-cli'] },
      },
      ...{ queueTimeoutSeconds: 600, timeoutMinutes: 360 },
      retry: { attempts: 5, on: ['lost_runner'], backoffSeconds: 60, maxBackoffSeconds: 120 },
      hours: { from: 1_320, to: 420, timeZone: 'Europe/Berlin' },
      ...{ placement: 'pack', preferredMayTakeSeconds: 0, hosted: 'last' },
      ...{ hostedMinutesPerMonth: 500, verify: 'off' },
    })
    assert.deepEqual(capabilities.get('rpi3'), {
      ...{ memoryGb: 1, cores: 4, ffmpeg: true, arch: 'arm64', tools: ['whisper-cli'] },
      speed: new Map([['transcribe', 0.5]]),
    })
  })

  it('lets a long backoff lift its limit, and keeps the hours in UTC unless told otherwise', () => {
    const route = parsePolicy(
      'routes:\n  transcribe:\n    prefer: [a]\n    retry: {backoff: 1h}\n    hours: {from: "1:00", to: "2:00"}\n',
      'p',
    ).routes.get('transcribe')
    assert.deepEqual([route?.retry.backoffSeconds, route?.retry.maxBackoffSeconds], [3_600, 3_600])
    assert.equal(route?.hours?.timeZone, 'UTC')
  })

  for (const { name, text, says, hint } of malformed) {
    it(`refuses ${name} and points at it`, () => {
      assert.throws(
        () => parsePolicy(text, 'p.yaml'),
        (error: unknown) => {
          assert.ok(error instanceof RelayError)
          assert.equal(error.code, 'invalid_policy')
          assert.match(error.message, says)
          if (hint) assert.match(error.hint ?? '', hint)
          return true
        },
      )
    })
  }
})
