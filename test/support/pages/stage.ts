import { chownSync, cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { TestContext } from 'node:test'
import { serveAudio } from '../../../src/cli/demo/audio-server.ts'
import { takeDown } from '../../../src/cli/fleet/take-down.ts'
import { hubFolder } from '../../../src/config/hub-file.ts'
import { findPaths } from '../../../src/config/paths.ts'
import { fakeUid, makeFakeMachine } from '../fake-machine.ts'
import { GitFixture, temporaryFolder } from '../git-repository.ts'
import { type Front, startGitHubFront } from '../github-front.ts'
import { forSettingUp, forSubmitting } from '../init-bench.ts'
import { putRunnerPackage } from '../runner-package.ts'
import { type HubFixture, startTestHub, tokenWithPermissions } from '../running-hub.ts'
import { shortRecordings } from '../short-recordings.ts'
import { openTerminal, type Placeholders, type Terminal } from './terminal.ts'

const root = join(import.meta.dirname, '../../..')

/** A young queue at a GitHub of its own, recordings to hear, and machines that have nothing yet. */
export interface Stage {
  readonly hub: HubFixture
  readonly front: Front
  readonly submitToken: string
  readonly setupToken: string
  /** Folder of the recordings that the pages name. */
  readonly recordings: string
  /** Where they are served, `http://127.0.0.1:PORT`; a machine has to be allowed to fetch from it. */
  readonly audio: string
  readonly vm: Terminal
  readonly mac: Terminal
  readonly rpi4: Terminal
  readonly rpi3: Terminal
  /** Somebody's own machine, which tries RelayQ by itself. */
  readonly laptop: Terminal
  /** Of somebody who changes RelayQ. */
  readonly workshop: Terminal
  /** `PAGE:LINE` of every command that was typed, at whichever machine. */
  readonly typed: ReadonlySet<string>
}

export async function setStage(t: TestContext): Promise<Stage> {
  const stateDir = temporaryFolder(t)
  const packages = join(stateDir, 'runner-packages')
  mkdirSync(packages)
  putRunnerPackage(packages, { version: '2.336.0' })
  putRunnerPackage(packages, { version: '2.336.0', os: 'osx' })
  const hub = await startTestHub(t, { 'README.md': '# A queue\n' }, { stateDir })
  const front = await startGitHubFront(t, hub)
  const submitToken = await tokenWithPermissions(hub, forSubmitting)
  const setupToken = await tokenWithPermissions(hub, forSettingUp)
  const recordings = shortRecordings(t, { episode: 'river', lecture: 'market', memo: 'journey' })
  const audio = await serveAudio(recordings)
  t.after(() => audio[Symbol.asyncDispose]())
  const origin = publishCheckout(t)
  const typed = new Set<string>()

  const machine = (
    relayqOf: string | null,
    more: NodeJS.ProcessEnv = { RELAYQ_API_URL: front.apiUrl },
  ): Terminal => {
    const made = makeFakeMachine(t)
    const bin = join(made.folder, 'bin')
    putPrograms(made, relayqOf)
    const placeholders: Placeholders = [
      ...['episode', 'lecture', 'memo'].map(
        name => [`https://example.com/${name}.mp3`, audio.url(name)] as const,
      ),
      [/\b(?:YOU|ORG|OWNER)\/(?:queue|QUEUE|REPO)\b/g, 'octo/queue'],
      ['github_pat_...', setupToken],
      ['/usr/local/bin', bin],
      [/\brelayq init /g, `relayq init --broker ${front.apiUrl} `],
    ]
    const { XDG_STATE_HOME: _, ...own } = made.env
    const env = {
      ...own,
      ...more,
      USER: 'octo',
      ...gitInstead({
        'https://github.com/Khamel83/relayq': origin,
        'https://github.com/octo/queue': hub.repository.path,
      }),
    }
    return openTerminal(made, env, placeholders, place => void typed.add(place))
  }
  const vm = machine(null, {})
  const relayq = join(vm.machine.env['HOME'] ?? '', 'relayq', 'relayq')
  const asMac = `--import=${join(import.meta.dirname, 'as-mac.mjs')}`
  const mac = machine(relayq, { RELAYQ_API_URL: front.apiUrl, NODE_OPTIONS: asMac })
  makeMac(mac)
  const laptop = machine(null, {})
  t.after(() => takeDown(hubFolder(findPaths(laptop.env), join(laptop.env['HOME'] ?? '', 'relayq'))))
  return {
    ...{ hub, front, submitToken, setupToken, recordings, audio: new URL(audio.url('memo')).origin, vm },
    ...{ laptop, workshop: machine(null, {}), typed },
    ...{ mac, rpi4: machine(relayq), rpi3: machine(relayq) },
  }
}

/** This checkout as it is now, as a repository that can be cloned. */
function publishCheckout(t: TestContext): string {
  const origin = new GitFixture(temporaryFolder(t))
  const isPublished = (path: string) => !['node_modules', '.git', 'dist', '.relayq'].includes(basename(path))
  cpSync(root, origin.path, { recursive: true, filter: isPublished })
  origin.git('init', '--quiet', '--initial-branch=main')
  origin.commit({})
  return origin.path
}

/** What github.com has, had from elsewhere. */
function gitInstead(places: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const settings = Object.entries(places).map(([url, place], index) => ({
    [`GIT_CONFIG_KEY_${index}`]: `url.${place}.insteadOf`,
    [`GIT_CONFIG_VALUE_${index}`]: url,
  }))
  return Object.assign({ GIT_CONFIG_COUNT: String(settings.length) }, ...settings)
}

/** Programs that are the system's, or want the network: each says what it was called with. */
function putPrograms({ folder, put }: Terminal['machine'], relayq: string | null): void {
  const note = (program: string) => `echo "${program} $*" >> '${folder}/calls'`
  for (const program of ['apt-get', 'brew', 'loginctl', 'journalctl', 'mount', 'pmset'])
    put(program, note(program))
  // As the real one, it hands on no variable that it was not told to.
  put(
    'sudo',
    `${note('sudo')}
kept=
while [ "\${1#-}" != "$1" ]; do kept=$kept,\${1#*=}; shift; done
for name in GH_TOKEN GH_REPO; do case $kept, in *,$name,*) ;; *) unset $name ;; esac; done
SUDO_USER=octo exec "$@"`,
  )
  const sql = 'new (require("node:sqlite").DatabaseSync)(process.argv[1]).exec(process.argv[2])'
  put('sqlite3', `exec '${process.execPath}' --no-warnings -e '${sql}' "$@"`)
  // As `npm ci`, from the packages of this checkout.
  put(
    'npm',
    `${note('npm')}
[ "$1 $#" != 'test 2' ] || { relayq_home=$PWD; . bin/bootstrap.sh; exec "$relayq_node" --test "$2"; }
[ "$1" = ci ] || exit 0
mkdir node_modules && ln -s '${join(root, 'node_modules')}'/* '${join(root, 'node_modules')}/.bin' node_modules`,
  )
  if (relayq !== null) put('relayq', `exec '${relayq}' "$@"`)
  writeFileSync(join(folder, 'calls'), '')
}

/** A Mac's own programs, and the account of whoever is at it, which its runner has. */
function makeMac({ machine: { folder, put }, env }: Terminal): void {
  const home = env['HOME'] ?? ''
  writeFileSync(join(folder, 'accounts', 'octo'), String(fakeUid))
  chownSync(home, fakeUid, fakeUid)
  put('dscl', `echo 'NFSHomeDirectory: ${home}'`)
  put('sw_vers', 'echo 26.1')
  cpSync(join(root, 'src/speech/fixtures/whisper-cli'), join(folder, 'bin', 'whisper-cli'))
}
