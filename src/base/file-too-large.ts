import { RelayError } from './errors.ts'

/** What a job is told whose input is larger than it, or its machine, allows. */
export function fileTooLarge(maxBytes: number): RelayError {
  const megabytes = (maxBytes / 1e6).toFixed(maxBytes < 10e6 ? 1 : 0)
  return new RelayError('too_large', `The file is larger than the limit of ${megabytes} MB.`, {
    hint: 'The limit is max_size_mb in policy/policy.yaml, and RELAYQ_MAX_DOWNLOAD_MB on the machine.',
  })
}
