/** Labels GitHub gives a runner by itself, which nobody may take away; every other label is "custom". */
const systemLabels = new Set(['self-hosted', 'linux', 'macos', 'windows', 'x64', 'arm', 'arm64'])

export function isSystemLabel(name: string): boolean {
  return systemLabels.has(name.toLowerCase())
}

export function hasLabel(labels: readonly string[], name: string): boolean {
  return labels.some(label => sameLabel(label, name))
}

/** What a runner has once more labels are added: each once, whatever its case. */
export function addLabels(labels: readonly string[], more: readonly string[]): readonly string[] {
  const all = [...labels]
  for (const label of more) if (!hasLabel(all, label)) all.push(label)
  return all
}

/** What a runner has once its custom labels are these. */
export function replaceLabels(labels: readonly string[], custom: readonly string[]): readonly string[] {
  return addLabels(labels.filter(isSystemLabel), custom)
}

export function withoutLabel(labels: readonly string[], name: string): readonly string[] {
  return labels.filter(label => !sameLabel(label, name))
}

function sameLabel(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}
