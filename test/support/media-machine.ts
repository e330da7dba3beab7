import { execFileSync, spawnSync } from 'node:child_process'
import { chmod, copyFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { findMediaTools } from '../../src/media/ffmpeg.ts'
import { probeStreams } from '../../src/media/probe.ts'
import { temporaryFolder } from './git-repository.ts'
import { jobMachine } from './job-machine.ts'

export const tools = await findMediaTools(process.env, [])
const { signal } = new AbortController()

/** A script that is the ffmpeg of this machine. */
export const theRealOne = `exec ${tools.ffmpeg} "$@"`

/** Has ffmpeg make a file. */
export function makeMedia(path: string, args: readonly string[]): string {
  execFileSync(tools.ffmpeg, ['-v', 'error', ...args, `file:${path}`])
  return path
}

/** What the ffmpeg of this machine can make. Asked once: its start costs more than most of what it does here. */
const encoders = execFileSync(tools.ffmpeg, ['-v', 'error', '-encoders'], { encoding: 'utf8' })

/**
 * A machine whose owner lends jobs a folder with one file: a copy of `from`, or what ffmpeg makes of these arguments. Its
 * ffmpeg is the real one until `replaceFfmpeg` puts a script in its place, which may lack encoders; only their list was asked
 * for before.
 */
export async function mediaMachine(t: TestContext, name: string, from: string | readonly string[]) {
  const folder = temporaryFolder(t)
  const path = join(folder, name)
  if (typeof from === 'string') await copyFile(from, path)
  else makeMedia(path, from)
  const bench = await jobMachine(t, (_request, response) => response.writeHead(404).end())
  const list = join(temporaryFolder(t), 'encoders')
  const replaceFfmpeg = async (script: string, lacks?: RegExp) => {
    const lines = encoders.split('\n').filter(line => !lacks?.test(line))
    await writeFile(list, lines.join('\n'))
    await replaceProgram(
      bench,
      'ffmpeg',
      `case "$*" in *-encoders*) exec /bin/cat '${list}' ;; esac\n${script}\n`,
    )
  }
  await replaceFfmpeg(theRealOne)
  const order = (inputs: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) => {
    const given = Object.entries({ path, ...inputs }).map(([key, value]) => [
      `RELAYQ_INPUT_${key.toUpperCase()}`,
      value,
    ])
    return {
      ...bench.context,
      config: { ...bench.config, inputRoots: [folder] },
      env: { ...bench.env, RELAYQ_INPUT_URL: '', ...Object.fromEntries(given), ...env },
    }
  }
  const streams = async (file: string) => {
    return await probeStreams(join(bench.temp, 'relayq-result', file), tools, signal)
  }
  return { ...bench, path, order, streams, replaceFfmpeg }
}

/** Puts a stand-in in the place of one of the machine's programs. */
async function replaceProgram(
  bench: { readonly env: { readonly PATH: string } },
  name: string,
  script: string,
) {
  const place = join(bench.env.PATH, name)
  await rm(place)
  await writeFile(place, `#!/bin/sh\n${script}`)
  await chmod(place, 0o755)
}

interface Picture {
  readonly codec: string
  readonly width: number
  readonly height: number
  /** Of all its points together: 0 is black, 255 white. */
  readonly brightness: number
}

/** What a file with a picture in it is, as ffmpeg sees it without our guards: what it says of it, and one grey point. */
export function lookAtPicture(path: string): Picture {
  const grey = ['-vf', 'scale=1:1:flags=area,format=gray', '-frames:v', '1', '-f', 'rawvideo', 'pipe:1']
  const { stdout, stderr } = spawnSync(tools.ffmpeg, ['-nostdin', '-hide_banner', '-i', path, ...grey])
  const [, codec = '', width, height] = /Video: (\w+).*?, (\d+)x(\d+)/.exec(String(stderr)) ?? []
  const [brightness = Number.NaN] = stdout
  return { codec, width: Number(width), height: Number(height), brightness }
}
