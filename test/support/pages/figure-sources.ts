/** Where a figure of a page comes from that is no measurement. `says` are the words of the page, figure included. */
export type FigureSource = { readonly page: string; readonly says: string } & (
  | {
      /** Code, a workflow, or an example of the page itself; `holds` are its words, the same number included. */
      readonly file: string
      readonly holds: string
    }
  /** A page of others, linked in the same paragraph, item or table. */
  | { readonly link: string }
  /** What other figures of the page come to, rounded. */
  | { readonly reckoned: number }
  /** Somebody's case, made up to show how a rule works; it says of what. */
  | { readonly example: string }
)

export const figureSources: readonly FigureSource[] = [
  {
    page: 'README.md',
    says: '0.0045 USD',
    file: 'src/speech/cloud-models.ts',
    holds: "'gpt-transcribe': { usdPerMinute: 0.0045",
  },
  {
    page: 'README.md',
    says: '0.0007 USD',
    file: 'src/speech/cloud-models.ts',
    holds: "'openai/whisper-large-v3-turbo': { usdPerMinute: 0.04 / 60",
  },
  {
    page: 'docs/COSTS.md',
    says: '2,000 minutes a month (Pro 3,000)',
    link: 'https://docs.github.com/en/billing/concepts/product-billing/github-actions',
  },
  {
    page: 'docs/COSTS.md',
    says: '500 MB (Pro 1 GB)',
    link: 'https://docs.github.com/en/billing/concepts/product-billing/github-actions',
  },
  {
    page: 'docs/COSTS.md',
    says: '10 GB a repository',
    link: 'https://docs.github.com/en/actions/reference/workflows-and-actions/dependency-caching',
  },
  {
    page: 'docs/COSTS.md',
    says: '5,000 requests an hour',
    link: 'https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api',
  },
  {
    page: 'docs/COSTS.md',
    says: 'each below 2 GiB',
    link: 'https://docs.github.com/en/repositories/releasing-projects-on-github/about-releases',
  },
  {
    page: 'docs/COSTS.md',
    says: '0.002 USD a minute',
    link: 'https://github.com/resources/insights/2026-pricing-changes-for-github-actions',
  },
  { page: 'docs/COSTS.md', says: '86 USD', reckoned: 0.002 * 60 * 24 * 30 },
  { page: 'docs/COSTS.md', says: '12 USD', reckoned: 0.002 * 60 * 100 },
  { page: 'docs/COSTS.md', says: '100 hours of jobs', example: 'an amount of work to reckon with' },
  {
    page: 'docs/COSTS.md',
    says: 'let it go after 3 days',
    file: '.github/workflows/job.yml',
    holds: 'retention-days: 3',
  },
  {
    page: 'docs/LLM_ROUTING.md',
    says: 'up to 10 minutes to OpenAI',
    file: 'src/speech/upload-form.ts',
    holds: 'openai: 600',
  },
  {
    page: 'docs/LLM_ROUTING.md',
    says: '60 seconds to answer in',
    file: 'src/speech/upload-form.ts',
    holds: '60 seconds to answer in',
  },
  {
    page: 'docs/OPSEC.md',
    says: 'the runs of four weeks',
    file: 'src/cli/audit/audit-checks.ts',
    holds: 'weeksOfRuns = 4',
  },
  {
    page: 'docs/OVERVIEW.md',
    says: '500 runs in 10 seconds',
    link: 'https://docs.github.com/en/actions/reference/limits',
  },
  {
    page: 'docs/RELIABILITY.md',
    says: '15 seconds later',
    file: 'src/supervisor/held-lease.ts',
    holds: 'leaseMs: Millis = 15_000',
  },
  {
    page: 'docs/RELIABILITY.md',
    says: 'three times unless',
    file: 'src/policy/default-retry.ts',
    holds: 'attempts: 3',
  },
  {
    page: 'docs/RELIABILITY.md',
    says: 'told to end | 30 s',
    file: 'src/supervisor/diagnose.ts',
    holds: 'insist: 30_000',
  },
  {
    page: 'docs/RELIABILITY.md',
    says: '180 s after the first word',
    file: 'src/supervisor/diagnose.ts',
    holds: 'leaveBehind: 180_000',
  },
  {
    page: 'docs/RELIABILITY.md',
    says: 'free for it | 180 s',
    file: 'src/supervisor/diagnose.ts',
    holds: 'stuck: 180_000',
  },
  {
    page: 'docs/RELIABILITY.md',
    says: '15 minutes at most',
    file: 'src/supervisor/diagnose.ts',
    holds: 'lost: 900_000',
  },
  {
    page: 'docs/RELIABILITY.md',
    says: '23 hours',
    file: 'src/supervisor/diagnose.ts',
    holds: 'queueLimit: 23 * 3_600_000',
  },
  {
    page: 'docs/ROUTING_POLICY.md',
    says: 'half an hour later than',
    file: 'src/policy/parse-route.ts',
    holds: 'defaultMayTakeSeconds = 30 * 60',
  },
  {
    page: 'docs/ROUTING_POLICY.md',
    says: 'an hour takes half an hour',
    example: 'what a speed of 0.5 means',
  },
  {
    page: 'docs/ROUTING_POLICY.md',
    says: 'written `90s`',
    file: 'src/policy/yaml-reader.ts',
    holds: 'such as 90s',
  },
  {
    page: 'docs/ROUTING_POLICY.md',
    says: 'up to 35 days',
    file: 'src/policy/yaml-reader.ts',
    holds: 'longestSeconds = 35 * 86_400',
  },
  {
    page: 'docs/ROUTING_POLICY.md',
    says: 'up to 30 minutes',
    file: 'docs/ROUTING_POLICY.md',
    holds: 'queue_timeout: 30m',
  },
  {
    page: 'docs/ROUTING_POLICY.md',
    says: 'done in 20 minutes',
    example: 'a job that two machines would finish at different times',
  },
  { page: 'docs/ROUTING_POLICY.md', says: '`0s`: always', example: 'a duration as it is written' },
  { page: 'docs/ROUTING_POLICY.md', says: 'done in 15 minutes', example: 'a job and a weight' },
  {
    page: 'docs/ROUTING_POLICY.md',
    says: 'recording of 1.2 GB',
    example: 'one that is too large for 1000 MB',
  },
  {
    page: 'docs/ROUTING_POLICY.md',
    says: '1,000,000 bytes',
    file: 'src/policy/constraints.ts',
    holds: 'megabyte = 1_000_000',
  },
  {
    page: 'docs/ROUTING_POLICY.md',
    says: 'reports 0.88 GiB',
    file: 'src/policy/constraints.ts',
    holds: 'of 1 GB reports 0.88',
  },
  {
    page: 'docs/ROUTING_POLICY.md',
    says: 'five days',
    file: 'src/policy/parse-route.ts',
    holds: 'longestMinutes = 5 * 24 * 60',
  },
  {
    page: 'docs/ROUTING_POLICY.md',
    says: '3 attempts',
    file: 'src/policy/default-retry.ts',
    holds: 'attempts: 3',
  },
  {
    page: 'docs/ROUTING_POLICY.md',
    says: 'after 30 s',
    file: 'src/policy/default-retry.ts',
    holds: 'backoffSeconds: 30',
  },
  {
    page: 'docs/ROUTING_POLICY.md',
    says: '10 minutes at most',
    file: 'src/policy/default-retry.ts',
    holds: 'maxBackoffSeconds: 600',
  },
  {
    page: 'docs/ROUTING_POLICY.md',
    says: 'until 500 minutes',
    file: 'docs/ROUTING_POLICY.md',
    holds: 'hosted_minutes_per_month: 500',
  },
  {
    page: 'docs/ROUTING_POLICY.md',
    says: '20 seconds of sound',
    file: 'src/speech/verify.ts',
    holds: 'doubtfulSilenceSeconds = 20',
  },
  {
    page: 'docs/ROUTING_POLICY.md',
    says: 'has 1 GB of memory',
    file: 'docs/ROUTING_POLICY.md',
    holds: 'memory_gb: 1, cores: 4, speed',
  },
  {
    page: 'docs/RUNBOOK.md',
    says: 'and 3 jobs of the ledger',
    example: 'what the doctor says of some queue',
  },
  { page: 'docs/RUNBOOK.md', says: 'only 0.4 GB free', example: 'what the doctor says of some disk' },
  { page: 'docs/RUNBOOK.md', says: 'sleeps after 10 minutes', example: 'what the doctor says of some Mac' },
  {
    page: 'docs/RUNBOOK.md',
    says: 'after three minutes',
    file: 'src/supervisor/diagnose.ts',
    holds: 'stuck: 180_000',
  },
  {
    page: 'docs/RUNBOOK.md',
    says: 'Away for 14 days',
    file: 'src/provision/keep/sayings.ts',
    holds: 'away for 14 days',
  },
  {
    page: 'docs/RUNBOOK.md',
    says: 'warns two weeks before',
    file: 'src/provision/doctor/repository/token.ts',
    holds: 'soonDays = 14',
  },
  {
    page: 'docs/TAILSCALE.md',
    says: 'after half a year',
    file: 'src/provision/doctor/tailscale.ts',
    holds: 'after half a year',
  },
  {
    page: 'docs/TAILSCALE.md',
    says: 'half a minute later',
    file: 'src/policy/default-retry.ts',
    holds: 'backoffSeconds: 30',
  },
  {
    page: 'docs/SETUP_OCI_TRIGGER.md',
    says: 'kept for 3 days',
    file: 'src/provision/repository/plan-settings.ts',
    holds: 'wantedRetentionDays = 3',
  },
  {
    page: 'docs/SETUP_RUNNERS_mac.md',
    says: 'ten seconds later',
    file: 'src/provision/runner/launchd-plist.ts',
    holds: 'ThrottleInterval: 10',
  },
  {
    page: 'docs/adr/0007-own-speech-client.md',
    says: 'limit of 300 seconds',
    link: 'https://github.com/nodejs/undici/blob/main/docs/docs/api/Client.md',
  },
  {
    page: 'docs/adr/0008-files-sent-along.md',
    says: '65,535 characters',
    file: 'src/workflow/triggers.ts',
    holds: 'maxPayloadCharacters = 65_535',
  },
  {
    page: 'docs/adr/0008-files-sent-along.md',
    says: 'under 2 GiB each',
    link: 'https://docs.github.com/en/repositories/releasing-projects-on-github/about-releases',
  },
  {
    page: 'docs/adr/0008-files-sent-along.md',
    says: 'most three times',
    file: 'src/github/files.ts',
    holds: 'attempts: 3',
  },
  {
    page: 'docs/adr/0008-files-sent-along.md',
    says: 'after 30 days',
    file: 'src/queue/relayed-files.ts',
    holds: 'strangersKeptFor: Millis = 30 * 86_400_000',
  },
  {
    page: 'docs/hub.md',
    says: 'given up to 1 MB',
    file: 'src/hub/repository/repository.ts',
    holds: 'maxFileBytes = 1024 * 1024',
  },
  {
    page: 'docs/hub.md',
    says: 'up to 16 MiB',
    file: 'src/hub/routes/git-database.ts',
    holds: 'largestBlobRequest = 16 * 1024 * 1024',
  },
  {
    page: 'docs/hub.md',
    says: 'up to 512 MiB',
    file: 'src/hub/git-http/routes.ts',
    holds: 'largestPush = 512 * 1024 * 1024',
  },
  {
    page: 'docs/hub.md',
    says: 'Logs go 90 days',
    file: 'src/hub/store/repository-settings.ts',
    holds: 'retentionDays: 90',
  },
  {
    page: 'docs/hub.md',
    says: '`retry_after`: 60 s',
    file: 'src/hub/faults/inject-faults.ts',
    holds: 'fault.retry_after ?? 60',
  },
  {
    page: 'legacy/ARCHIVE.md',
    says: 'at most 256 MB',
    file: 'src/legacy/files.ts',
    holds: 'largestFile = 256 * 1024 * 1024',
  },
  {
    page: 'legacy/ARCHIVE.md',
    says: 'a result 64 MB',
    file: 'src/legacy/result-archive.ts',
    holds: 'largestResultMb = 64',
  },
  {
    page: 'legacy/ARCHIVE.md',
    says: 'kept three days',
    file: 'src/legacy/run-store.ts',
    holds: 'resultLifeMs = 3 * 86_400_000',
  },
  {
    page: 'legacy/ARCHIVE.md',
    says: 'a log 8 MB',
    file: 'src/legacy/run-store.ts',
    holds: 'longestLogBytes = 8 * 1024 * 1024',
  },
  {
    page: 'legacy/ARCHIVE.md',
    says: 'three times per lease',
    file: 'src/legacy/run-lease.ts',
    holds: 'options.leaseMs / 3',
  },
  {
    page: 'legacy/ARCHIVE.md',
    says: '(`--lease`, 30 s)',
    file: 'src/cli/commands/legacy/worker.ts',
    holds: "'how long it may be silent before its job is given to another', '30'",
  },
  {
    page: 'legacy/ARCHIVE.md',
    says: 'after four tries',
    file: 'src/legacy/run-store.ts',
    holds: 'mostTakes = 4',
  },
]
