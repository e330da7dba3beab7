import { RelayError } from '../../base/errors.ts'
import type { RunnerPackage } from './enrolment.ts'
import type { RunnerPlatform } from './platform.ts'

export interface ChosenPackage {
  /** Of actions/runner: `2.336.0`. */
  readonly version: string
  readonly filename: string
  readonly url: string
  /** Lower-case hex. */
  readonly sha256: string
  /** For the server of `url`; null where everyone may fetch it. */
  readonly token: string | null
}

/**
 * The package for this platform that the broker offers to this repository now; releases are rolled out step by step, so
 * nothing is ever assumed to be the newest. `sha256` is the user's own word, for a broker that names no checksum: without
 * either it is refused, as what would run here with the machine's rights could be anybody's. Throws `unsupported_machine`
 * or `download_failed`. Pure.
 */
export function choosePackage(
  packages: readonly RunnerPackage[],
  { os, architecture }: RunnerPlatform,
  sha256: string | null,
): ChosenPackage {
  const found = packages.find(each => each.os === os && each.architecture === architecture)
  if (found === undefined) {
    throw new RelayError('unsupported_machine', `The broker offers no runner for ${os} ${architecture}.`)
  }
  const { filename } = found
  const version = versionOf(filename)
  if (version === null) {
    throw new RelayError(
      'protocol_mismatch',
      `The broker names a runner's package ${JSON.stringify(filename)}.`,
      {
        hint: 'Update relayq: this version does not know such a package.',
      },
    )
  }
  const checksum = (found.sha256 ?? sha256)?.toLowerCase()
  if (checksum === undefined || !/^[0-9a-f]{64}$/.test(checksum)) {
    throw new RelayError(
      'download_failed',
      `The broker names no SHA-256 of ${filename}, so it is not installed.`,
      {
        hint: `Read it at https://github.com/actions/runner/releases/tag/v${version} and add: --sha256 HEX`,
      },
    )
  }
  return { version, filename, url: found.url, sha256: checksum, token: found.token }
}

/** The version that is offered for this platform; null: none. */
export function offeredVersion(
  packages: readonly RunnerPackage[],
  { os, architecture }: RunnerPlatform,
): string | null {
  const found = packages.find(each => each.os === os && each.architecture === architecture)
  return found === undefined ? null : versionOf(found.filename)
}

function versionOf(filename: string): string | null {
  return /^actions-runner-[a-z0-9]+-[a-z0-9]+-(\d+\.\d+\.\d+)\.tar\.gz$/.exec(filename)?.[1] ?? null
}
