import { basename } from 'node:path'
import { RelayError } from '../base/errors.ts'
import { findProgram } from '../base/find-program.ts'
import { endedForMemory, outOfMemory } from '../base/out-of-memory.ts'
import { type RunProgramOptions, runProgram } from '../base/process.ts'

export interface MediaTools {
  /** Absolute paths. */
  readonly ffmpeg: string
  readonly ffprobe: string
  readonly env: NodeJS.ProcessEnv
}

/** Demuxers a job may meet. Playlists and concat scripts are not among them: they open other files and addresses. */
const mediaFormats = 'wav,w64,mp3,mov,matroska,ogg,flac,aac,mpegts,mpeg,avi,flv,asf,aiff,caf,amr,au'

/** The demuxers that read one image out of one file. `image2` is not among them: it takes a name for a pattern of many. */
const imageFormats = 'jpeg_pipe,png_pipe,webp_pipe'

/** media: audio and video. picture: an image as well. */
export type Readable = 'media' | 'picture'

/** Options that go before an untrusted input, for ffmpeg and ffprobe alike (measured: reference on safe invocation). */
export function guardedInput(path: string, readable: Readable = 'media'): string[] {
  const formats = readable === 'picture' ? `${mediaFormats},${imageFormats}` : mediaFormats
  return ['-protocol_whitelist', 'file,pipe', '-format_whitelist', formats, '-i', `file:${path}`]
}

/** ffmpeg and ffprobe of this machine. Throws `ffmpeg_missing` with the command that installs them. */
export async function findMediaTools(
  env: NodeJS.ProcessEnv,
  extraFolders: readonly string[],
): Promise<MediaTools> {
  const ffmpeg = await findProgram(['ffmpeg'], env['PATH'], extraFolders)
  const ffprobe = await findProgram(['ffprobe'], env['PATH'], extraFolders)
  if (ffmpeg !== null && ffprobe !== null) return { ffmpeg, ffprobe, env }
  throw new RelayError('ffmpeg_missing', 'ffmpeg is not installed on this machine.', {
    hint: `Install it there: ${installCommand(process.platform)}`,
  })
}

function installCommand(platform: NodeJS.Platform): string {
  return platform === 'darwin' ? 'brew install ffmpeg' : 'sudo apt-get install -y ffmpeg'
}

interface MediaRun extends Pick<RunProgramOptions, 'signal' | 'onStdoutLine' | 'maxOutputBytes'> {
  readonly timeoutMs: number
}

/** Runs one of the tools to its end. `failed` carries its own last words; an abort is thrown as the signal's reason. */
export async function runMediaTool(
  file: string,
  args: readonly string[],
  tools: MediaTools,
  options: MediaRun,
): Promise<{ kind: 'ok'; stdout: string } | { kind: 'failed'; reason: string }> {
  const outcome = await runProgram(file, args, { ...options, env: tools.env })
  if (endedForMemory(outcome)) throw outOfMemory(basename(file), 'Use a machine with more memory.')
  switch (outcome.kind) {
    case 'exited':
      if (outcome.code === 0) return { kind: 'ok', stdout: outcome.stdout }
      if (/no space left on device/i.test(outcome.stderr)) throw diskFull()
      return { kind: 'failed', reason: lastLine(outcome.stderr) || `exit code ${outcome.code}` }
    case 'signalled':
      return { kind: 'failed', reason: `ended by ${outcome.signal}` }
    case 'timed_out':
      throw new RelayError('timeout', `${file} took longer than ${options.timeoutMs / 1000} s.`)
    case 'not_found':
      throw new RelayError('ffmpeg_missing', `${file} is gone.`)
    case 'aborted':
      options.signal?.throwIfAborted()
      throw new RelayError('cancelled', 'The job was cancelled.')
  }
}

/** Also where ffmpeg says so: the recording is not at fault, and another machine may have the room. */
function diskFull(): RelayError {
  return new RelayError('disk_full', 'There is no room left for what ffmpeg writes.', {
    hint: 'An hour of audio takes 115 MB while it is worked on, video more. Free some space on the machine.',
  })
}

/** Seconds written so far, of one `key=value` line of `-progress`. `out_time_us` is in microseconds (and so, by an old mistake, is `out_time_ms`). */
export function doneSeconds(line: string): number | null {
  const match = /^out_time_us=(\d+)$/.exec(line)
  return match === null ? null : Number(match[1]) / 1e6
}

/** ffmpeg says last what went wrong; file names of our work folder say nothing to the reader. */
function lastLine(stderr: string): string {
  const line = stderr.trim().split('\n').at(-1) ?? ''
  return line.replaceAll(/file:\/\S*\/\S+: /g, '').slice(0, 200)
}
