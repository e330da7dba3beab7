import type { MediaFormat, MediaQuality, PictureFormat } from '../model/kinds.ts'

/** One way to make a stream, as ffmpeg knows it. */
export interface Encoder {
  /** ffmpeg's name of it. */
  readonly name: string
  readonly args: Readonly<Record<MediaQuality, readonly string[]>>
}

export interface AudioEncoder {
  readonly name: string
  /** kbit/s of two channels; null: it keeps every sample. */
  readonly rates: Readonly<Record<MediaQuality, number>> | null
}

export interface PictureEncoder {
  readonly name: string
  /** ffmpeg's name of it, as ffprobe says what a file holds. */
  readonly codec: string
  readonly args: readonly string[]
  /** The forms of points it is handed: 8 bits of each colour, and what can be seen through where the format knows that. */
  readonly points: string
}

/** What a form of media holds. Of encoders the first that the ffmpeg at hand has is used. */
export interface OutputFormat {
  /** ffmpeg's name of the container, and what it is told. */
  readonly container: readonly string[]
  readonly audio: readonly AudioEncoder[]
  /** Empty: it holds no picture. */
  readonly video: readonly Encoder[]
}

/** Constant quality, by the scale of each encoder: their documentation calls 23 and 31 the middle of x264's and VP9's. */
const x264: Encoder = {
  name: 'libx264',
  args: perQuality(['28', '23', '19'], crf => ['-preset', 'veryfast', '-crf', crf]),
}
const mpeg4: Encoder = { name: 'mpeg4', args: perQuality(['9', '5', '3'], scale => ['-q:v', scale]) }
const vp9: Encoder = {
  name: 'libvpx-vp9',
  args: perQuality(['40', '33', '26'], crf => {
    return ['-deadline', 'good', '-cpu-used', '5', '-row-mt', '1', '-crf', crf, '-b:v', '0']
  }),
}
/** Its quality has a ceiling of bits per second. */
const vp8: Encoder = {
  name: 'libvpx',
  args: perQuality(['20', '10', '5'], crf => {
    return ['-deadline', 'good', '-cpu-used', '5', '-crf', crf, '-b:v', '4M']
  }),
}

const aac: AudioEncoder = { name: 'aac', rates: { small: 96, normal: 160, high: 256 } }
const opus: AudioEncoder = { name: 'libopus', rates: { small: 48, normal: 96, high: 160 } }
const vorbis: AudioEncoder = { name: 'libvorbis', rates: { small: 64, normal: 128, high: 192 } }
const lame: AudioEncoder = { name: 'libmp3lame', rates: { small: 96, normal: 160, high: 256 } }
const flac: AudioEncoder = { name: 'flac', rates: null }
/** 16 bits, as every player reads. */
const pcm: AudioEncoder = { name: 'pcm_s16le', rates: null }

export const outputFormats: Readonly<Record<MediaFormat, OutputFormat>> = {
  // faststart: a player may begin before it has all of the file.
  mp4: { container: ['-f', 'mp4', '-movflags', '+faststart'], audio: [aac], video: [x264, mpeg4] },
  webm: { container: ['-f', 'webm'], audio: [opus, vorbis], video: [vp9, vp8] },
  mp3: { container: ['-f', 'mp3'], audio: [lame], video: [] },
  m4a: { container: ['-f', 'ipod', '-movflags', '+faststart'], audio: [aac], video: [] },
  opus: { container: ['-f', 'opus'], audio: [opus], video: [] },
  flac: { container: ['-f', 'flac'], audio: [flac], video: [] },
  wav: { container: ['-f', 'wav'], audio: [pcm], video: [] },
}

/** Qualities: 4 of mjpeg's 2 to 31, best first, and 80 of libwebp's 100, both near what their programs use by themselves. */
export const pictureEncoders: Readonly<Record<PictureFormat, PictureEncoder>> = {
  jpg: { name: 'mjpeg', codec: 'mjpeg', args: ['-q:v', '4'], points: 'yuvj420p' },
  png: { name: 'png', codec: 'png', args: [], points: 'rgb24|rgba' },
  webp: { name: 'libwebp', codec: 'webp', args: ['-quality', '80'], points: 'yuv420p|yuva420p' },
}

function perQuality(
  [small, normal, high]: readonly [string, string, string],
  args: (value: string) => readonly string[],
): Encoder['args'] {
  return { small: args(small), normal: args(normal), high: args(high) }
}
