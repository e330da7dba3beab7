import type { Node } from 'yaml'
import { nearestName } from '../base/nearest.ts'
import { type Hours, isTimeZone, parseTimeOfDay } from './hours.ts'
import { findEntry, type YamlReader } from './yaml-reader.ts'

export function readHours(reader: YamlReader, node: Node | null, where: string): Hours {
  const entries = reader.mapping(node, where, ['from', 'to', 'time_zone'])
  const from = readTime(reader, findEntry(entries, 'from')?.value ?? null, node, `${where}.from`)
  const to = readTime(reader, findEntry(entries, 'to')?.value ?? null, node, `${where}.to`)
  if (from === to) {
    const hint = 'Leave hours out where a job may start at any time.'
    throw reader.fail(node, `${where} begins and ends at the same time`, hint)
  }
  const zone = findEntry(entries, 'time_zone')
  return { from, to, timeZone: zone ? readZone(reader, zone.value, `${where}.time_zone`) : 'UTC' }
}

function readTime(reader: YamlReader, node: Node | null, hours: Node | null, where: string): number {
  if (!node) throw reader.fail(hours, `${where} is missing`, 'Write hours: {from: "22:00", to: "07:00"}.')
  const likeThis = 'a time of day such as "22:00"'
  const text = reader.text(node, where, likeThis)
  const minutes = parseTimeOfDay(text)
  if (minutes !== null) return minutes
  throw reader.fail(node, `${where} must be ${likeThis}, not ${JSON.stringify(text)}`, null)
}

function readZone(reader: YamlReader, node: Node | null, where: string): string {
  const likeThis = 'a time zone such as Europe/Berlin'
  const name = reader.text(node, where, likeThis)
  if (isTimeZone(name)) return name
  const nearest = nearestName(name, Intl.supportedValuesOf('timeZone'))
  const hint = nearest ? `Did you mean ${nearest}?` : null
  throw reader.fail(node, `${where} must be ${likeThis}, not ${JSON.stringify(name)}`, hint)
}
