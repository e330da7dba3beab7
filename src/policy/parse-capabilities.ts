import { kinds } from '../model/kinds.ts'
import { archs, type Capabilities } from './policy.ts'
import { type Entry, findEntry, type YamlReader } from './yaml-reader.ts'

const keys = ['memory_gb', 'cores', 'ffmpeg', 'arch', 'tools', 'speed']

/** Machines by name or label, in lower case; two that differ only in case are refused. */
export function readCapabilities(reader: YamlReader, given: Entry): ReadonlyMap<string, Capabilities> {
  const machines = new Map<string, Capabilities>()
  for (const entry of reader.mapping(given.value, 'runner_capabilities', null)) {
    const name = entry.key.toLowerCase()
    if (machines.has(name)) {
      throw reader.fail(entry.keyNode, `runner_capabilities names ${entry.key} twice`, 'Keep one of the two.')
    }
    machines.set(name, readMachine(reader, entry, `runner_capabilities.${entry.key}`))
  }
  return machines
}

function readMachine(reader: YamlReader, { value }: Entry, where: string): Capabilities {
  const entries = reader.mapping(value, where, keys)
  const [memory, cores, ffmpeg, arch, tools, speed] = keys.map(key => findEntry(entries, key))
  return {
    memoryGb: memory ? reader.number(memory.value, `${where}.memory_gb`, { above: 0 }) : null,
    cores: cores ? reader.number(cores.value, `${where}.cores`, { least: 1, most: 4096, whole: true }) : null,
    ffmpeg: ffmpeg ? reader.boolean(ffmpeg.value, `${where}.ffmpeg`) : null,
    arch: arch ? reader.choice(arch.value, `${where}.arch`, archs) : null,
    tools: tools ? reader.names(tools.value, `${where}.tools`, 'programs') : null,
    speed: speed ? readSpeeds(reader, speed, `${where}.speed`) : new Map(),
  }
}

function readSpeeds(reader: YamlReader, { value }: Entry, where: string): ReadonlyMap<string, number> {
  const known = kinds.map(kind => kind.name)
  const range = { above: 0, most: 1_000 }
  const entries = reader.mapping(value, where, known)
  return new Map(
    entries.map(entry => [entry.key, reader.number(entry.value, `${where}.${entry.key}`, range)]),
  )
}
