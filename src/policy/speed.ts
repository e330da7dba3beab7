import type { Machine } from './capabilities.ts'

/**
 * Seconds of work for one second of media, guessed from the machine until something is measured; null: no guess for this
 * kind. Transcribing: real-time factors of Whisper's base model. A Mac with its GPU is near 0.05, an x64 machine of four
 * cores near 0.2, a Raspberry Pi 4 near 0.8.
 */
export function guessSpeed(kind: string, { arch, cores, isMac }: Machine): number | null {
  if (kind !== 'transcribe') return null
  if (isMac) return 0.05
  if (arch?.value === 'x64') return 0.8 / (cores ?? 4)
  if (arch?.value === 'arm64' || arch?.value === 'arm') return 3.2 / (cores ?? 4)
  return 1
}
