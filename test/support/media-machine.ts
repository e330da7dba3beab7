import { execFileSync } from 'node:child_process'
import { chmod, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { findMediaTools } from '../../src/media/ffmpeg.ts'
import { probeStreams } from '../../src/media/probe.ts'
import { temporaryFolder } from './git-repository.ts'
import { jobMachine } from './job-machine.ts'

export const tools = await findMediaTools(process.env, [])
const { signal } = new AbortController()

/** A machine whose owner lends jobs a folder with one file, which `args` have ffmpeg make. */
export async function mediaMachine(t: TestContext, name: string, args: readonly string[]) {
  const folder = temporaryFolder(t)
  const path = join(folder, name)
  execFileSync(tools.ffmpeg, ['-v', 'error', ...args, `file:${path}`])
  const bench = await jobMachine(t, (_request, response) => response.writeHead(404).end())
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
  return { ...bench, path, order, streams }
}

/** Puts a stand-in in the place of one of the machine's programs. */
export async function replaceProgram(
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

/** What a file with a picture in it is, as ffprobe and ffmpeg see it without our guards. */
export function lookAtPicture(path: string): Picture {
  const entries = ['-show_entries', 'stream=codec_name,width,height', '-of', 'json']
  const probed = execFileSync(tools.ffprobe, ['-v', 'error', ...entries, path], { encoding: 'utf8' })
  const { codec_name: codec, width, height } = JSON.parse(probed).streams[0]
  const grey = ['-vf', 'scale=1:1:flags=area,format=gray', '-frames:v', '1', '-f', 'rawvideo', 'pipe:1']
  const [brightness = 0] = execFileSync(tools.ffmpeg, ['-v', 'error', '-i', path, ...grey])
  return { codec, width, height, brightness }
}
