import { archs, type Constraints, noConstraints } from './policy.ts'
import { type Entry, findEntry, type YamlReader } from './yaml-reader.ts'

const keys = ['needs_ffmpeg', 'max_size_mb', 'min_memory_gb', 'max_concurrent', 'arch', 'tools']

export function readConstraints(reader: YamlReader, given: Entry | null, where: string): Constraints {
  if (!given) return noConstraints
  const entries = reader.mapping(given.value, where, keys)
  const [ffmpeg, size, memory, concurrent, arch, tools] = keys.map(key => findEntry(entries, key))
  const limit = { least: 1, most: 10_000, whole: true }
  return {
    needsFfmpeg: ffmpeg ? reader.boolean(ffmpeg.value, `${where}.needs_ffmpeg`) : false,
    maxSizeMb: size ? reader.number(size.value, `${where}.max_size_mb`, { above: 0 }) : null,
    minMemoryGb: memory ? reader.number(memory.value, `${where}.min_memory_gb`, { above: 0 }) : null,
    maxConcurrent: concurrent ? reader.number(concurrent.value, `${where}.max_concurrent`, limit) : null,
    arch: arch
      ? reader.list(arch.value, `${where}.arch`, 'architectures', item =>
          reader.choice(item, `${where}.arch`, archs),
        )
      : [],
    tools: tools ? reader.names(tools.value, `${where}.tools`, 'programs') : [],
  }
}
