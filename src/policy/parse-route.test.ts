import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RelayError } from '../base/errors.ts'
import { parsePolicy } from './parse.ts'

/** A line of a route, what is wrong with it, and the hint. */
const wrong: readonly (readonly [line: string, says: RegExp, hint?: RegExp])[] = [
  [
    'queue_timeout: 10',
    /queue_timeout must be a duration such as 90s, 10m or 2h, from 1s to 35d, not 10/,
    /Write 10s or 10m/,
  ],
  ['queue_timeout: 0s', /queue_timeout must be a duration .*not "0s"/],
  ['preferred_may_take: 36d', /preferred_may_take must be .* to 35d, not "36d"/],
  ['timeout_minutes: 7201', /timeout_minutes must be a whole number from 1 to 7200, not 7201/],
  ['timeout_minutes: 0.5', /timeout_minutes must be a whole number/],
  ['placement: spred', /placement must be one of spread, pack, not "spred"/, /Did you mean spread\?/],
  ['hosted: first', /hosted must be one of never, last, not "first"/],
  ['hosted_minutes_per_month: -1', /hosted_minutes_per_month must be a whole number from 0/],
  ['verify: yes', /verify must be one of fail, warn, off, not "yes"/],
  ['verify: false', /verify must be one of fail, warn, off, not false/],
  [
    'retry: {on: [lost_runer]}',
    /retry\.on must be one of lost_runner, .*not "lost_runer"/,
    /Did you mean lost_runner\?/,
  ],
  ['retry: {on: [bad_input]}', /retry\.on must be one of .*not "bad_input"/],
  ['retry: {attempts: 21}', /retry\.attempts must be a whole number from 1 to 20, not 21/],
  ['retry: {backoff: 10m, max_backoff: 1m}', /retry\.max_backoff is below .*\.backoff/],
  ['retry: {atempts: 2}', /unknown key "atempts" in routes\.transcribe\.retry/, /Did you mean attempts\?/],
  ['hours: {from: "22:00"}', /hours\.to is missing/],
  ['hours: {from: "7:00", to: "07:00"}', /hours begins and ends at the same time/],
  ['hours: {from: "25:00", to: "07:00"}', /hours\.from must be a time of day such as "22:00", not "25:00"/],
  ['hours: {from: 22, to: "07:00"}', /hours\.from must be a time of day .*not 22/],
  [
    'hours: {from: "1:00", to: "2:00", time_zone: Europe/Berlim}',
    /time_zone must be a time zone such as Europe\/Berlin, not "Europe\/Berlim"/,
    /Did you mean Europe\/Berlin\?/,
  ],
  ['constraints: {arch: [amd64]}', /arch must be one of x64, arm64, arm, x86, not "amd64"/],
  ['constraints: {arch: arm64}', /arch must be a list of architectures, not "arm64"/, /Write \[arm64\]/],
  ['constraints: {max_concurrent: 0}', /max_concurrent must be a whole number from 1/],
  ['constraints: {min_memory_gb: 0}', /min_memory_gb must be a number above 0, not 0/],
  ['fallback: [{weight: 2}]', /an entry of routes\.transcribe\.fallback names no label/],
  ['fallback: [{label: b, weight: 0}]', /fallback\.weight must be a number above 0, at most 100, not 0/],
  ['fallback: [{label: b, queue_timout: 1m}]', /unknown key "queue_timout"/, /Did you mean queue_timeout\?/],
]

describe('a route', () => {
  for (const [line, says, hint] of wrong) {
    it(`is refused with ${line}, at its place in the file`, () => {
      const text = `routes:\n  transcribe:\n    prefer: [a]\n    ${line}\n`
      assert.throws(
        () => parsePolicy(text, 'p.yaml'),
        (error: unknown) => {
          assert.ok(error instanceof RelayError)
          assert.match(
            error.message,
            /^p\.yaml:4:\d+: routes\.transcribe|^p\.yaml:4:\d+: (?:unknown key|an entry)/,
          )
          assert.match(error.message, says)
          if (hint) assert.match(error.hint ?? '', hint)
          return true
        },
      )
    })
  }
})
