/** Every way an attempt can fail, with its meaning. What a policy may retry is a part of them. */
export const failureClasses = {
  lost_runner: 'the machine went away while it had the job',
  interrupted: 'its machine was stopped while it had the job',
  disk_full: 'the machine had no room left',
  out_of_memory: 'the machine had too little memory, and the work was killed',
  network: 'something could not be reached, or broke off on the way',
  rate_limit: 'a service asked to be called less often',
  model_missing: 'the machine has not the model, the engine, the key or the folder the job needs',
  temporary: 'something said of itself that it passes',
  timeout: 'the work took longer than it may',
  bad_input: 'the input is at fault, and would fail anywhere',
  not_allowed: 'the machine that had it, or the job itself, does not allow what the work would need',
  own_failure: "the job's own work failed, and would again",
  cancelled: 'someone ended it',
  superseded: 'another run of the same job has done it, or does',
  dependency: 'a job that it was to follow did not succeed',
  unknown: 'nothing tells why',
} as const

export type FailureClass = keyof typeof failureClasses

/** Those another attempt may mend. An input at fault, what is not allowed, and the job's own failures are never tried again. */
export const retryableFailures = [
  'lost_runner',
  'disk_full',
  'out_of_memory',
  'network',
  'rate_limit',
  'model_missing',
  'temporary',
  'timeout',
] as const satisfies readonly FailureClass[]

/** What the machine lacks, and will lack at the next try too: another machine may have it. */
export const machineLacks: FailureClass = 'model_missing'

export type RetryableFailure = (typeof retryableFailures)[number]
