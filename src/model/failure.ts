/**
 * Why an attempt did not do its job. A closed list: the policy's `retry.on` names these words, the ledger keeps them.
 * Which of them are worth another attempt is the policy's to say; `bad_input` and `own_failure` never are.
 */
export const failureClasses = [
  /** The machine went away, or was told to stop. */
  'lost_runner',
  /** The machine has no room left. */
  'disk_full',
  /** The machine has too little memory for the work, or the system ended it. */
  'out_of_memory',
  /** Something could not be fetched or sent. */
  'network',
  /** A service said: later. */
  'rate_limit',
  /** The machine lacks a program or a model that the work needs. */
  'model_missing',
  /** The job itself said that it may work later (exit code 75). */
  'temporary',
  /** It took longer than it was allowed to. */
  'timeout',
  /** The input is not what the kind takes, or is not there. */
  'bad_input',
  /** The work was done and went wrong. */
  'own_failure',
  /** A person ended it. */
  'cancelled',
  /** Another run of the same job has done it, or does. */
  'superseded',
  /** A job that it was to follow did not succeed. */
  'dependency',
  /** Nothing was left that tells. */
  'unknown',
] as const

export type FailureClass = (typeof failureClasses)[number]
