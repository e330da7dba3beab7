import type { MediaFormat, MediaQuality } from '../model/kinds.ts'

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

function perQuality(
  [small, normal, high]: readonly [string, string, string],
  args: (value: string) => readonly string[],
): Encoder['args'] {
  return { small: args(small), normal: args(normal), high: args(high) }
}
