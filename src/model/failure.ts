/** Why an attempt left no result, in one word: what the next step is chosen by. */
export type FailureClass =
  /** The machine went away while it worked, or none took the job. */
  | 'lost_runner'
  /** The machine has no room for the job's files. */
  | 'disk_full'
  /** A program was killed for want of memory. */
  | 'out_of_memory'
  /** A server, the input's or the broker's, was not reached or broke off. */
  | 'network'
  /** A server asked for fewer requests. */
  | 'rate_limit'
  /** The machine lacks what the job needs: a model, an engine, a program, a newer relayq. */
  | 'model_missing'
  /** It said of itself that another try may do (exit code 75). */
  | 'temporary'
  /** It took longer than it may. */
  | 'timeout'
  /** The input, or the request itself, cannot be worked with. */
  | 'bad_input'
  /** The work failed, and would fail again. */
  | 'own_failure'
  /** It was told to stop. */
  | 'cancelled'
  /** Another run has done the job, or is doing it. */
  | 'superseded'
  /** Nothing tells. */
  | 'unknown'
