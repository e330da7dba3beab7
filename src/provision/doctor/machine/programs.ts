import type { Check } from '../check.ts'
import { type Finding, manualMend, ok, problem, warning } from '../finding.ts'
import { asRoot, locate, printed, type ThisMachine } from './this-machine.ts'

/** A program of this machine. version null: it does not start, or says none. */
interface ProgramFacts {
  readonly place: string
  readonly version: string | null
}

/** What every job with sound needs: ffmpeg and its ffprobe. */
export function ffmpegCheck(machine: ThisMachine): Check {
  return {
    name: 'ffmpeg',
    timeoutMs: 15_000,
    look: async () => {
      const [ffmpeg, ffprobe] = await Promise.all(
        ['ffmpeg', 'ffprobe'].map(program => factsOf(program, ['-version'], machine)),
      )
      return [judgeFfmpeg(ffmpeg ?? null, ffprobe ?? null, machine)]
    },
  }
}

/** null: not there. Pure. */
function judgeFfmpeg(
  ffmpeg: ProgramFacts | null,
  ffprobe: ProgramFacts | null,
  machine: Pick<ThisMachine, 'platform' | 'uid'>,
): Finding {
  const name = 'ffmpeg'
  const isMac = machine.platform === 'darwin'
  const apt = `${machine.uid === 0 ? '' : 'sudo '}apt-get install -y`
  const install = isMac ? 'brew install ffmpeg' : `${apt} ffmpeg`
  if (!ffmpeg || !ffprobe) {
    return problem(name, `${ffmpeg ? 'ffprobe' : 'ffmpeg'} is not on this machine`, {
      why: 'every job that has to read a recording fails here',
      mend: manualMend(install),
    })
  }
  const broken = [ffmpeg, ffprobe].find(({ version }) => version === null)
  if (broken) {
    return problem(name, 'it is there and does not start', {
      why: 'every job that has to read a recording fails here',
      mend: manualMend(isMac ? 'brew reinstall ffmpeg' : `${apt} --reinstall ffmpeg`),
      where: broken.place,
    })
  }
  return ok(name, `version ${ffmpeg.version}`, ffmpeg.place)
}

/** What RelayQ itself calls: git, for repositories of a hub and of `relayq init`. */
export function gitCheck(machine: ThisMachine): Check {
  const name = 'git'
  return {
    name,
    timeoutMs: 10_000,
    look: async () => {
      const git = await factsOf('git', ['--version'], machine)
      if (git?.version) return [ok(name, `version ${git.version}`, git.place)]
      const install = machine.platform === 'darwin' ? 'xcode-select --install' : 'apt-get install -y git'
      return [
        warning(name, git ? 'it is there and does not start' : 'it is not on this machine', {
          why: 'neither a hub nor the workflows of a repository can be seen to from here',
          mend: manualMend(machine.platform === 'darwin' ? install : asRoot(install, machine)),
        }),
      ]
    },
  }
}

export function nodeCheck(version: string): Check {
  const name = 'node'
  return { name, timeoutMs: 1_000, look: async () => [ok(name, `version ${version}`, process.execPath)] }
}

async function factsOf(
  program: string,
  args: readonly string[],
  machine: ThisMachine,
): Promise<ProgramFacts | null> {
  const place = await locate(program, machine)
  if (place === null) return null
  const said = await printed(place, args, machine)
  return { place, version: /version\s+(\S+)/.exec(said ?? '')?.[1] ?? null }
}
