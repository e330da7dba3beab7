import { findMediaTools, type MediaTools } from '../media/ffmpeg.ts'
import type { JobContext } from './context.ts'
import { usualProgramFolders, withoutSecrets } from './program-folders.ts'

/** ffmpeg and ffprobe of the machine, which are told none of its secrets. Throws `ffmpeg_missing`. */
export async function mediaToolsOf({ env, config, programFolders }: JobContext): Promise<MediaTools> {
  return await findMediaTools(withoutSecrets(env, config.secrets), programFolders ?? usualProgramFolders(env))
}
