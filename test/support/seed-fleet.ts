import type { Fleet, Runner, RunnerFacts } from '../../src/model/runner.ts'
import { evaluatePolicy, type RoutingRequest } from '../../src/policy/evaluate.ts'
import { parsePolicy } from '../../src/policy/parse.ts'

type State = 'idle' | 'busy' | 'offline'

/** Absent: no such runner. */
export interface SeedStates {
  readonly mac?: State
  readonly pi?: State
  readonly pi3?: State
}

/** The fleet of the seed: the Mac bears the label ffmpeg, the Pis do not. */
export function seedFleet(states: SeedStates, facts: Readonly<Record<string, RunnerFacts>> = {}): Fleet {
  const runner = (id: number, name: string, labels: string[], state: State | undefined): Runner[] => {
    if (!state) return []
    const status = state === 'offline' ? 'offline' : 'online'
    return [{ id, name, os: 'linux', status, busy: state === 'busy', labels: ['self-hosted', ...labels] }]
  }
  const runners = [
    ...runner(1, 'macmini', ['macmini', 'audio', 'ffmpeg'], states.mac),
    ...runner(2, 'rpi4', ['rpi4', 'audio', 'light'], states.pi),
    ...runner(3, 'rpi3', ['rpi3', 'light'], states.pi3),
  ]
  return { runners, facts: new Map(Object.entries(facts)) }
}

/** A request about the seed's fleet and an input of 1,000 bytes, unless told otherwise. */
export function seedRequest(states: SeedStates, extra: Partial<RoutingRequest> = {}): RoutingRequest {
  return { kind: 'transcribe', inputs: { sizeBytes: 1_000 }, fleet: seedFleet(states), ...extra }
}

/** What a route, written as the lines below `transcribe:`, makes of that request. */
export function decideBy(lines: string, states: SeedStates, extra: Partial<RoutingRequest> = {}) {
  return evaluatePolicy(transcribePolicy(lines), seedRequest(states, extra))
}

/** `more`: what else the file holds. */
export function transcribePolicy(lines: string, more = '') {
  const route = lines.replace(/^/gm, '    ')
  return parsePolicy(`routes:\n  transcribe:\n${route}\n${more}`, 'policy.yaml')
}
