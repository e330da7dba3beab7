import { retryableFailures } from '../model/failure.ts'
import { defaultRetry } from './default-retry.ts'
import type { RetryRule } from './policy.ts'
import { type Entry, findEntry, type YamlReader } from './yaml-reader.ts'

export function readRetry(reader: YamlReader, given: Entry | null, where: string): RetryRule {
  if (!given) return defaultRetry
  const entries = reader.mapping(given.value, where, ['attempts', 'on', 'backoff', 'max_backoff'])
  const attempts = findEntry(entries, 'attempts')
  const on = findEntry(entries, 'on')
  const backoff = findEntry(entries, 'backoff')
  const most = findEntry(entries, 'max_backoff')
  const backoffSeconds = backoff
    ? reader.duration(backoff.value, `${where}.backoff`, 0)
    : defaultRetry.backoffSeconds
  const maxBackoffSeconds = most
    ? reader.duration(most.value, `${where}.max_backoff`, 0)
    : Math.max(backoffSeconds, defaultRetry.maxBackoffSeconds)
  if (maxBackoffSeconds < backoffSeconds) {
    throw reader.fail(most?.value ?? null, `${where}.max_backoff is below ${where}.backoff`, null)
  }
  return {
    attempts: attempts
      ? reader.number(attempts.value, `${where}.attempts`, { least: 1, most: 20, whole: true })
      : defaultRetry.attempts,
    on: on
      ? reader.list(on.value, `${where}.on`, 'failures', item =>
          reader.choice(item, `${where}.on`, retryableFailures),
        )
      : defaultRetry.on,
    backoffSeconds,
    maxBackoffSeconds,
  }
}
