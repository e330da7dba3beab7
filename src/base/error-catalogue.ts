import { type ErrorCode, errorCodes } from './errors.ts'

/** What an error code says, and what to do about it. */
export interface ErrorMeaning {
  /** What has happened: one sentence. */
  readonly meaning: string
  /** What mends it: one sentence. */
  readonly mend: string
}

/** Apart from the table of codes: every process loads that one, and only a person asks for this. */
export const errorCatalogue: Readonly<Record<ErrorCode, ErrorMeaning>> = {
  usage: {
    meaning:
      'The command line cannot be read: a word, an option or its value is none that the command knows.',
    mend: 'See how the command is used: relayq help COMMAND.',
  },
  unknown_workflow: {
    meaning: 'The repository has no such workflow at the ref that was asked for.',
    mend: 'Commit and push the workflow, or name another; --ref chooses the branch.',
  },
  unknown_kind: {
    meaning: 'There is no job kind of this name.',
    mend: 'Use one of those that the message names, such as transcribe.',
  },
  invalid_input: {
    meaning: 'An input of the job is missing, unknown or malformed, or no machine may take the job.',
    mend: 'Correct the input that the message names; relayq route explains a refusal of the policy.',
  },
  invalid_policy: {
    meaning: 'The policy file is not there, or cannot be read as a policy.',
    mend: 'Correct the line that relayq policy check names.',
  },
  invalid_config: {
    meaning: 'A setting or a file that sets RelayQ up holds something that cannot be used.',
    mend: 'Correct it; relayq config shows every setting and where it comes from.',
  },
  invalid_workflow: {
    meaning: 'A workflow, or an action that it uses, is malformed.',
    mend: 'Correct the line that the message names, and commit.',
  },
  not_built: {
    meaning: 'The workflow asks the embedded GitHub for something of GitHub that it does not do.',
    mend: 'Do without it, or run the workflow on GitHub; docs/hub.md lists what there is.',
  },
  job_not_found: {
    meaning: 'There is no job or run of this id here.',
    mend: 'See the jobs there are: relayq list. One of another broker needs --broker and --repo.',
  },
  job_failed: {
    meaning: 'The job failed.',
    mend: 'See what happened: relayq view JOB and relayq logs JOB. Once more: relayq retry JOB.',
  },
  job_cancelled: {
    meaning: 'The job was cancelled or has expired, and left no result.',
    mend: 'Put it back into the queue: relayq retry JOB.',
  },
  no_broker: {
    meaning: 'Nothing says where jobs should go, or the hub of this checkout has ended.',
    mend: 'Start one here: relayq up. For GitHub, set GH_REPO and GH_TOKEN, or gh auth login in a clone.',
  },
  not_authorized: {
    meaning: 'There is no token for the broker, or the one there is does not allow this.',
    mend: 'Run gh auth login, or set a token with Actions: write (to see runners, Administration: read).',
  },
  still_pending: {
    meaning: 'What was asked for is not there yet: the job is not over.',
    mend: 'Wait for it: relayq wait JOB. Why it waits: relayq view JOB.',
  },
  broker_unreachable: {
    meaning: 'The broker does not answer, or another server answers in its place.',
    mend: 'Check the network, and that the hub runs; a job that was submitted is kept, and goes out later.',
  },
  broker_unavailable: {
    meaning: 'The broker answers that it cannot now, or wants fewer requests.',
    mend: 'Wait a little; a job that was submitted is kept, and goes out later.',
  },
  broker_rejected: {
    meaning: 'The broker understood the request and refused it.',
    mend: 'Correct what its own words in the message name, then submit again.',
  },
  protocol_mismatch: {
    meaning: 'The two sides do not speak the same protocol: one is older, or is not GitHub.',
    mend: 'Bring RelayQ up to date on the machine that says so, and check the address of the broker.',
  },
  port_in_use: {
    meaning: 'Another program listens on the port.',
    mend: 'Choose another with relayq up --port, or leave it out.',
  },
  url_not_found: {
    meaning: 'There is no file at the address.',
    mend: 'Correct the address; one that works in a browser may need a login.',
  },
  url_refused: {
    meaning: 'The server at the address refuses to give the file.',
    mend: 'Use an address that needs no login, or send the file along: relayq submit transcribe ./FILE.',
  },
  url_forbidden: {
    meaning: 'The machine that had the job does not fetch this address: it is private, or on no web port.',
    mend: 'Allow it on that machine: relayq runner env set RELAYQ_ALLOW_CIDRS=..., or RELAYQ_ALLOW_HOSTS.',
  },
  not_media: {
    meaning: 'What the address or file holds is no recording, and names none.',
    mend: 'Give the address of the recording itself, or of a feed that names it.',
  },
  bad_media: {
    meaning: 'The recording is damaged, or in a form that ffmpeg cannot decode.',
    mend: 'Play it to see whether it is whole; convert it with ffmpeg and submit that.',
  },
  too_large: {
    meaning: 'The input, or what is made of it, is larger or longer than is allowed.',
    mend: 'Raise RELAYQ_MAX_DOWNLOAD_MB or the policy’s max_size_mb, or cut the recording.',
  },
  rate_limited: {
    meaning: 'A server or speech service is asked too often.',
    mend: 'Wait; a supervisor does so by itself.',
  },
  download_truncated: {
    meaning: 'A download ended before the file was whole.',
    mend: 'Try again: what has arrived is used where the server allows it.',
  },
  download_failed: {
    meaning: 'A download failed: no connection, or what arrived cannot be used.',
    mend: 'Check the address and the network of the machine that worked.',
  },
  ffmpeg_missing: {
    meaning: 'The machine that took the job has no ffmpeg.',
    mend: 'Install it there: sudo apt-get install ffmpeg, or brew install ffmpeg.',
  },
  engine_missing: {
    meaning: 'The machine that took the job has no speech engine that may be used.',
    mend: 'On that machine: relayq doctor speech names what to install.',
  },
  model_missing: {
    meaning: 'The machine that took the job has not the speech model.',
    mend: 'On that machine: relayq models pull base.',
  },
  engine_failed: {
    meaning: 'The speech engine crashed or wrote what is no transcript, or ffmpeg made what is of no use.',
    mend: 'Read its last words: relayq logs JOB. Another engine, model or form may do: backend=, model=, format=.',
  },
  doubtful_result: {
    meaning: 'The result is in doubt, and the policy says that such a one is a failure.',
    mend: 'Read it: relayq result JOB --json. A larger model, or verify: warn in the policy, accepts it.',
  },
  script_unusable: {
    meaning: 'The repository has no such script in jobs/ at the commit that runs, or it cannot be started.',
    mend: 'Commit and push what the message names; a script has a first line with #! and is executable.',
  },
  script_failed: {
    meaning: 'The script of a command job ended with an exit code other than 0 and 75, or by a signal.',
    mend: 'Read its last words: relayq logs JOB. Mend the script, commit and push it, and: relayq retry JOB.',
  },
  script_put_off: {
    meaning: 'The script of a command job ended with exit code 75, which says that its failure passes.',
    mend: 'Wait: the job is tried again, as the policy’s retry says.',
  },
  service_unavailable: {
    meaning: 'A speech service does not answer, or says that it cannot now.',
    mend: 'Try later, or with another: backend=auto.',
  },
  service_rejected: {
    meaning: 'A speech service refused the recording.',
    mend: 'Correct what its own words in the message name, or use backend=local.',
  },
  key_refused: {
    meaning: 'A speech service does not accept the key of the machine that took the job.',
    mend: 'Give that machine another: relayq runner env set. Another machine of the policy is tried by itself.',
  },
  quota_exceeded: {
    meaning: 'The account at the speech service has no money or quota left.',
    mend: 'Top it up there, or use backend=local.',
  },
  cloud_forbidden: {
    meaning: 'The job may not be sent to a service: it or its machine is private, or the limit is reached.',
    mend: 'Use backend=local, or raise RELAYQ_MAX_COST_PER_JOB or RELAYQ_MAX_COST_PER_MONTH.',
  },
  out_of_memory: {
    meaning: 'The work needs more memory than the machine has free.',
    mend: 'Use a smaller model, or a machine with more: min_memory_gb in the policy.',
  },
  tool_missing: {
    meaning: 'A program or folder that the work needs is not on the machine, or not lent to jobs.',
    mend: 'Install what the message names; lend a folder there: relayq runner env set RELAYQ_INPUT_ROOTS=/FOLDER.',
  },
  runner_not_found: {
    meaning: 'This machine has no runner of this name.',
    mend: 'See those it has: relayq runner list.',
  },
  runner_name_taken: {
    meaning: 'Another machine is registered under the name of this runner.',
    mend: 'Give another with --name, or take the place of that machine with --replace.',
  },
  runner_offline: {
    meaning: 'The runner was started and did not come online in time.',
    mend: 'See what it says: relayq runner logs. See what is wrong: relayq doctor machine.',
  },
  service_manager: {
    meaning: 'The service manager, systemd or launchd, is not there or refused what it was asked for.',
    mend: 'See what the message says of it; on Linux, run the command as root.',
  },
  unsupported_machine: {
    meaning: 'This machine cannot be a runner: its system, its processor, or an account that is missing.',
    mend: 'The message names the way out where there is one, such as a 64-bit system on a Pi.',
  },
  disk_full: {
    meaning: 'There is no room left on the disk.',
    mend: 'Make room: relayq prune --older-than 90d, relayq models remove NAME.',
  },
  database_locked: {
    meaning: 'Another process holds the ledger or the store of the hub.',
    mend: 'Try again; a process that hangs has to be ended.',
  },
  file_unusable: {
    meaning: 'A file cannot be read or written, or is not what it was.',
    mend: 'Check its path and permissions.',
  },
  cancelled: {
    meaning: 'The work was stopped by a person or a signal.',
    mend: 'Begin again when you like: relayq retry JOB.',
  },
  superseded: {
    meaning: 'Another run does, or has done, the same job: this one had nothing left to do.',
    mend: 'Nothing: the result is the other run’s.',
  },
  timeout: {
    meaning: 'It took longer than it may.',
    mend: 'Allow more time (timeout_minutes), or use a faster machine or a smaller model.',
  },
  internal: {
    meaning: 'RelayQ has a fault, or the system refused something that never fails.',
    mend: 'Run it with RELAYQ_DEBUG=1 and report what it says.',
  },
}

/** Whether the same thing may succeed at another time or on another machine, with nothing changed. */
export function isWorthAnotherTry(code: ErrorCode): boolean {
  return errorCodes[code] === 75
}

/** What each exit code stands for, in ascending order. */
export const exitCodes: readonly { readonly code: number; readonly meaning: string }[] = [
  { code: 0, meaning: 'done' },
  { code: 1, meaning: 'failed' },
  { code: 2, meaning: 'wrong usage, or wrong settings' },
  { code: 3, meaning: 'cancelled, expired or superseded' },
  { code: 4, meaning: 'not allowed, or nobody to ask' },
  { code: 5, meaning: 'still pending' },
  { code: 75, meaning: 'temporary: worth another try, later or elsewhere' },
]
