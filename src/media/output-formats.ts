import type { MediaFormat, MediaQuality } from '../model/kinds.ts'

/** One way to make a stream, as ffmpeg knows it. */
export interface Encoder {
  /** ffmpeg's name of it. */
  readonly name: string
  readonly args: Readonly<Record<MediaQuality, readonly string[]>>
}

/** What a form of media holds. Of encoders the first that the ffmpeg at hand has is used. */
export interface OutputFormat {
  /** ffmpeg's name of the container, and what it is told. */
  readonly container: readonly string[]
  readonly audio: readonly Encoder[]
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

const aac: Encoder = { name: 'aac', args: bitRates('96k', '160k', '256k') }
const opus: Encoder = { name: 'libopus', args: bitRates('48k', '96k', '160k') }
const vorbis: Encoder = { name: 'libvorbis', args: bitRates('64k', '128k', '192k') }
const lame: Encoder = { name: 'libmp3lame', args: bitRates('96k', '160k', '256k') }
const flac: Encoder = { name: 'flac', args: perQuality(['', '', ''], () => []) }
/** 16 bits, as every player reads. */
const pcm: Encoder = { name: 'pcm_s16le', args: perQuality(['', '', ''], () => []) }

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

function bitRates(...rates: readonly [string, string, string]): Encoder['args'] {
  return perQuality(rates, rate => ['-b:a', rate])
}

function perQuality(
  [small, normal, high]: readonly [string, string, string],
  args: (value: string) => readonly string[],
): Encoder['args'] {
  return { small: args(small), normal: args(normal), high: args(high) }
}
