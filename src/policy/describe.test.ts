import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { transcribePolicy } from '../../test/support/seed-fleet.ts'
import { describePolicy } from './describe.ts'

describe('describePolicy', () => {
  it('tells the policy of the seed with every default', () => {
    assert.deepEqual(describePolicy(transcribePolicy('prefer: [macmini]\nfallback: [rpi4]')), [
      'transcribe:',
      '  1. waits for macmini without a limit while it is online',
      '  2. waits for rpi4 for as long as it takes',
      '  a step counts while its machine is done within 30m of the earliest; within a step, the first to be done takes it',
      '  is tried 3 times at most, on lost_runner, disk_full, out_of_memory, network, rate_limit, model_missing, temporary; after 30s, doubling up to 10m',
      '  doubt about a result is a warning',
    ])
  })

  it('tells every key', () => {
    const route = [
      'prefer: [{label: macmini, queue_timeout: 30m, weight: 2}, studio]',
      'fallback: [rpi4]',
      'constraints: {needs_ffmpeg: true, max_size_mb: 9, min_memory_gb: 2, max_concurrent: 3, arch: [arm64, x64], tools: [sox]}',
      'queue_timeout: 10m',
      'timeout_minutes: 90',
      'retry: {attempts: 1}',
      'hours: {from: "7:05", to: "9:00", time_zone: Europe/Berlin}',
      'placement: pack',
      'preferred_may_take: 0s',
      'hosted: last',
      'hosted_minutes_per_month: 500',
      'verify: off',
    ].join('\n')
    const more =
      'runner_capabilities:\n  rpi3: {cores: 4, ffmpeg: false, speed: {transcribe: 0.5}}\n  rpi2: {}\n'
    assert.deepEqual(describePolicy(transcribePolicy(route, more)), [
      'transcribe:',
      '  1. waits for macmini for 30m at most, weight 2, or waits for studio for 10m at most',
      '  2. waits for rpi4 for 10m at most',
      '  3. goes to a GitHub-hosted machine, 500 minutes a month at most',
      '  the machine needs ffmpeg, 2 GB of memory, arm64 or x64, sox',
      '  the input has 9 MB at most',
      '  3 run at once at most',
      '  starts only from 07:05 to 09:00 (Europe/Berlin)',
      '  is ended after 1h30m of work',
      '  a step counts while its machine is done within 0s of the earliest; within a step, the one with the most jobs takes it',
      '  is not tried again',
      '  results are not checked',
      'Of machines that do not report it themselves:',
      '  rpi3: 4 cores, no ffmpeg, transcribe: 0.5 s of work per second of media',
      '  rpi2: nothing is said',
    ])
  })

  it('says so where there is no route', () => {
    const lines = describePolicy({ path: 'p', routes: new Map(), capabilities: new Map() })
    assert.deepEqual(lines, ['No kind of job has a route: the labels of the workflows apply.'])
  })
})
