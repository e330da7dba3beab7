import type { Node } from 'yaml'
import { readConstraints } from './parse-constraints.ts'
import { readHours } from './parse-hours.ts'
import { readRetry } from './parse-retry.ts'
import type { LabelChoice, Route } from './policy.ts'
import { type Entry, findEntry, type YamlReader } from './yaml-reader.ts'

const keys = [
  ...['prefer', 'fallback', 'constraints', 'queue_timeout', 'timeout_minutes', 'retry', 'hours'],
  ...['placement', 'preferred_may_take', 'hosted', 'hosted_minutes_per_month', 'verify'],
]

/** Long enough that a machine of one's choice is not left for a little queue, short enough that a night is not lost. */
const defaultMayTakeSeconds = 30 * 60

/** GitHub ends a job on a self-hosted runner after five days. */
const longestMinutes = 5 * 24 * 60

/** A route with every key that is not written at its default. */
export function readRoute(reader: YamlReader, { key, keyNode, value }: Entry): Route {
  const where = `routes.${key}`
  const entries = reader.mapping(value, where, keys)
  const read = <Value>(name: string, what: (node: Node | null, at: string) => Value): Value | null => {
    const entry = findEntry(entries, name)
    return entry ? what(entry.value, `${where}.${name}`) : null
  }
  const labels = (node: Node | null, at: string) => readLabels(reader, node, at)
  const prefer = read('prefer', labels)
  if (!prefer) throw reader.fail(keyNode, `${where} names no preferred label`, 'Add prefer: [LABEL].')
  if (prefer.length === 0) {
    const place = findEntry(entries, 'prefer')?.value ?? null
    throw reader.fail(place, `${where}.prefer is an empty list`, 'Name a label in it: [macmini].')
  }
  return {
    prefer,
    fallback: read('fallback', labels) ?? [],
    constraints: readConstraints(reader, findEntry(entries, 'constraints'), `${where}.constraints`),
    queueTimeoutSeconds: read('queue_timeout', (node, at) => reader.duration(node, at, 1)),
    timeoutMinutes: read('timeout_minutes', (node, at) =>
      reader.number(node, at, { least: 1, most: longestMinutes, whole: true }),
    ),
    retry: readRetry(reader, findEntry(entries, 'retry'), `${where}.retry`),
    hours: read('hours', (node, at) => readHours(reader, node, at)),
    placement: read('placement', (node, at) => reader.choice(node, at, ['spread', 'pack'])) ?? 'spread',
    preferredMayTakeSeconds:
      read('preferred_may_take', (node, at) => reader.duration(node, at, 0)) ?? defaultMayTakeSeconds,
    hosted: read('hosted', (node, at) => reader.choice(node, at, ['never', 'last'])) ?? 'never',
    hostedMinutesPerMonth: read('hosted_minutes_per_month', (node, at) =>
      reader.number(node, at, { least: 0, most: 1_000_000, whole: true }),
    ),
    verify: read('verify', (node, at) => reader.choice(node, at, ['fail', 'warn', 'off'])) ?? 'warn',
  }
}

function readLabels(reader: YamlReader, node: Node | null, where: string): readonly LabelChoice[] {
  return reader.list(node, where, 'labels', item => readLabel(reader, item, where))
}

function readLabel(reader: YamlReader, node: Node, where: string): LabelChoice {
  if (!reader.isMapping(node)) {
    return { label: reader.name(node, where, 'labels'), queueTimeoutSeconds: null, weight: 1 }
  }
  const entries = reader.mapping(node, where, ['label', 'queue_timeout', 'weight'])
  const label = findEntry(entries, 'label')
  const timeout = findEntry(entries, 'queue_timeout')
  const weight = findEntry(entries, 'weight')
  if (!label) throw reader.fail(node, `an entry of ${where} names no label`, 'Add label: LABEL.')
  return {
    label: reader.name(label.value, `${where}.label`, 'a label'),
    queueTimeoutSeconds: timeout ? reader.duration(timeout.value, `${where}.queue_timeout`, 1) : null,
    weight: weight ? reader.number(weight.value, `${where}.weight`, { above: 0, most: 100 }) : 1,
  }
}
