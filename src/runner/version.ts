/** The release of actions/runner whose protocol this runner speaks; a broker may compare it with its own minimum (2.329). */
export const protocolRelease = '2.336.0'

/** As the runner protocol and the `runner` context name systems. */
export function runnerOs(platform: NodeJS.Platform = process.platform): 'Linux' | 'macOS' | 'Windows' {
  if (platform === 'darwin') return 'macOS'
  return platform === 'win32' ? 'Windows' : 'Linux'
}

export function runnerArch(arch: NodeJS.Architecture = process.arch): string {
  return { x64: 'X64', ia32: 'X86', arm: 'ARM', arm64: 'ARM64' }[arch as string] ?? arch.toUpperCase()
}
