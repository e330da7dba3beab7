/**
 * What the embedded runner says of a job it had when it was told to stop. In words of its own: GitHub's runner says that it
 * "received a shutdown signal", and whether that was meant for it nobody knows.
 */
export const runnerStopped = 'The runner was stopped while it had this job.'
