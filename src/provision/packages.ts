import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

/** A program RelayQ calls, and what brings it. `brew: null`: macOS has it, or RelayQ does without it there. */
export interface Tool {
  readonly program: string
  readonly apt: readonly string[]
  readonly brew: string | null
}

export const ffmpeg: Tool = { program: 'ffmpeg', apt: ['ffmpeg'], brew: 'ffmpeg' }
const git: Tool = { program: 'git', apt: ['git'], brew: 'git' }
/** Debian's always-installable engine; a Mac gets whisper.cpp. */
const debianSpeech: Tool = {
  program: 'pocketsphinx_continuous',
  apt: ['pocketsphinx', 'pocketsphinx-en-us'],
  brew: null,
}
const macSpeech: Tool = { program: 'whisper-cli', apt: [], brew: 'whisper.cpp' }

/** What one machine needs to do everything the demo shows. */
export function demoTools(platform: NodeJS.Platform): readonly Tool[] {
  return [git, ffmpeg, platform === 'darwin' ? macSpeech : debianSpeech]
}

/** What a runner needs for the work of the shipped workflows. */
export function runnerTools(platform: NodeJS.Platform): readonly Tool[] {
  return [ffmpeg, platform === 'darwin' ? macSpeech : debianSpeech]
}

/** For the test of the hub's pages. On a Mac that test takes the Chrome people have there. */
const chromium: Tool = { program: 'chromium', apt: ['chromium'], brew: null }

/** What `npm test` runs beside the demo: GitHub's own client, a second voice, a browser, a Redis. */
export function testTools(platform: NodeJS.Platform): readonly Tool[] {
  return [
    ...demoTools(platform),
    ...(platform === 'darwin' ? [] : [chromium]),
    { program: 'gh', apt: ['gh'], brew: 'gh' },
    { program: 'flite', apt: ['flite'], brew: 'flite' },
    { program: 'python3', apt: ['python3'], brew: 'python3' },
    { program: 'curl', apt: ['curl'], brew: null },
    // For the completion and the manual; a Mac has zsh and mandoc.
    { program: 'fish', apt: ['fish'], brew: 'fish' },
    { program: 'zsh', apt: ['zsh'], brew: 'zsh' },
    { program: 'mandoc', apt: ['mandoc'], brew: 'mandoc' },
    { program: 'redis-server', apt: ['redis-server'], brew: 'redis' },
    { program: 'setsid', apt: ['util-linux'], brew: 'util-linux' },
  ]
}

/** Built where it is looked for: Debian 12 and 13 have no package. */
const buildWhisperCpp = [
  'git clone https://github.com/ggml-org/whisper.cpp ~/whisper.cpp',
  'cd ~/whisper.cpp',
  'cmake -B build -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF -DWHISPER_BUILD_TESTS=OFF',
  'cmake --build build -j4 --target whisper-cli',
].join(' && ')

/** The command that installs a speech engine on this system; null: there is none. */
export function speechInstall(engine: string, platform: NodeJS.Platform): string | null {
  const isMac = platform === 'darwin'
  switch (engine) {
    case 'whisper-cli':
      return isMac ? `brew install ${macSpeech.brew}` : buildWhisperCpp
    case 'mlx_whisper':
      return isMac ? 'pipx install mlx-whisper' : null
    case 'whisper-ctranslate2':
      return 'pipx install whisper-ctranslate2'
    case 'openai-whisper':
      return isMac ? 'brew install openai-whisper' : 'pipx install openai-whisper'
    case 'pocketsphinx':
      return isMac ? null : `sudo apt-get install -y ${debianSpeech.apt.join(' ')}`
    default:
      return null
  }
}

/** The tools that no folder of `path` holds as an executable file. */
export async function missingTools(tools: readonly Tool[], path: string): Promise<readonly Tool[]> {
  const found = await Promise.all(tools.map(tool => isOnPath(tool.program, path)))
  return tools.filter((_, index) => !found[index])
}

async function isOnPath(program: string, path: string): Promise<boolean> {
  const candidates = path.split(delimiter).filter(folder => folder !== '')
  const checks = candidates.map(folder =>
    access(join(folder, program), constants.X_OK).then(
      () => true,
      () => false,
    ),
  )
  return (await Promise.all(checks)).includes(true)
}

export interface InstallSituation {
  readonly platform: NodeJS.Platform
  readonly isRoot: boolean
  /** `sudo -n true` succeeds. */
  readonly hasSudo: boolean
  readonly hasApt: boolean
  readonly hasBrew: boolean
  /** RELAYQ_NO_INSTALL=1. */
  readonly isForbidden: boolean
}

export type InstallPlan =
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'run'
      readonly packages: readonly string[]
      readonly install: readonly string[]
      /** Brings the package lists up to date, for when `install` fails; null where that is not needed. */
      readonly refresh: readonly string[] | null
    }
  /** RelayQ may not: the person can, with this command. */
  | {
      readonly kind: 'ask'
      readonly packages: readonly string[]
      readonly command: string
      readonly why: string
    }

/** How the missing tools get here. Pure: the caller looks at the machine and runs what comes back. */
export function planInstall(missing: readonly Tool[], situation: InstallSituation): InstallPlan {
  if (missing.length === 0) return { kind: 'nothing' }
  return situation.platform === 'darwin' ? planBrew(missing, situation) : planApt(missing, situation)
}

function planBrew(missing: readonly Tool[], situation: InstallSituation): InstallPlan {
  const packages = missing.flatMap(tool => tool.brew ?? [])
  const command = `brew install ${packages.join(' ')}`
  if (situation.isForbidden) return { kind: 'ask', packages, command, why: 'RELAYQ_NO_INSTALL is set' }
  if (!situation.hasBrew)
    return { kind: 'ask', packages, command, why: 'Homebrew was not found (https://brew.sh)' }
  return { kind: 'run', packages, refresh: null, install: ['brew', 'install', ...packages] }
}

function planApt(missing: readonly Tool[], situation: InstallSituation): InstallPlan {
  const packages = missing.flatMap(tool => tool.apt)
  const command = `sudo apt-get install -y ${packages.join(' ')}`
  if (situation.isForbidden) return { kind: 'ask', packages, command, why: 'RELAYQ_NO_INSTALL is set' }
  if (!situation.hasApt) return { kind: 'ask', packages, command, why: 'this system has no apt-get' }
  if (!situation.isRoot && !situation.hasSudo) {
    return { kind: 'ask', packages, command, why: 'not root, and sudo would ask for a password' }
  }
  const prefix = situation.isRoot ? [] : ['sudo', '-n']
  // Five minutes for another apt to finish: on a fresh machine the nightly one often holds the lock.
  const apt = [
    ...prefix,
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    '-q',
    '-y',
    '-o',
    'DPkg::Lock::Timeout=300',
  ]
  return {
    kind: 'run',
    packages,
    refresh: [...apt, 'update'],
    install: [...apt, 'install', '--no-install-recommends', ...packages],
  }
}
