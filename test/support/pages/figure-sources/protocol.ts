import type { FigureSource } from '../figure-source.ts'

const page = 'docs/protocol.md'
const runner = 'https://github.com/actions/runner/blob/258d6c857'
const toolkit = 'https://github.com/actions/toolkit/blob/4b9afa4c'
const docs = 'https://docs.github.com/en/actions/reference'
const rateLimits = 'https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api'

/** In the order of the page. */
export const protocolFigures: readonly FigureSource[] = [
  {
    page,
    says: 'tries for four minutes',
    file: 'src/runner/listener/listener.ts',
    holds: 'conflictPatienceMs = 240_000',
  },
  { page, says: 'for about 50 s', file: 'src/hub/scheduler/engine.ts', holds: 'pollHoldMs = 50_000' },
  { page, says: 'within 50 ms', file: 'src/runner/listener/listener.ts', holds: 'instantAnswerMs = 50' },
  {
    page,
    says: 'silent for 100 s',
    file: 'src/runner/listener/broker-session.ts',
    holds: 'pollSilenceMs = 100_000',
  },
  {
    page,
    says: 'embedded one each 30 s',
    file: 'src/runner/listener/listener.ts',
    holds: 'renewEveryMs ?? 30_000',
  },
  {
    page,
    says: 'names ten minutes',
    file: 'src/hub/runner-service/routes.ts',
    holds: 'lockMs = 10 * 60_000',
  },
  {
    page,
    says: '15 s before the time',
    file: 'src/runner/listener/job-dispatch.ts',
    holds: 'killMarginMs = 15_000',
  },
  {
    page,
    says: 'message every 3 s',
    file: 'src/hub/runner-service/broker.ts',
    holds: 'repeatCancelMs = 3_000',
  },
  {
    page,
    says: 'five times from 3 s on',
    file: 'src/runner/worker/actions/stand-ins/transfer.ts',
    holds: 'attempts: 5, firstDelayMs: 3000',
  },
  { page, says: 'blocks of 2 MiB', link: `${runner}/src/Runner.Common/Logging.cs` },
  {
    page,
    says: '1 MiB at most',
    file: 'src/hub/results/step-methods.ts',
    holds: 'softSizeLimit = String(1024 * 1024)',
  },
  { page, says: 'blocks of 8 MiB', link: `${toolkit}/packages/artifact/src/internal/shared/config.ts` },
  {
    page,
    says: 'to take an offer | 60 s',
    file: 'src/hub/runner-service/broker.ts',
    holds: 'offerMs = 60_000',
  },
  {
    page,
    says: '`up --lease`, 30 s',
    file: 'src/cli/commands/up.ts',
    holds: "before its job is lost', '30'",
  },
  {
    page,
    says: '5 min 30 s',
    file: 'src/hub/scheduler/deadlines.ts',
    holds: 'cancelTimeoutMinutes = 5 const cancelGrace = 30_000',
  },
  { page, says: 'pauses up to 2 s', file: 'src/runner/persistence.ts', holds: 'Math.min(2000,' },
  {
    page,
    says: 'the first renewal | 30 s',
    file: 'src/runner/listener/run-service.ts',
    holds: 'forMs: 30_000',
  },
  {
    page,
    says: ', then 60 s',
    file: 'src/runner/listener/job-dispatch.ts',
    holds: 'renewJob(jobClient, lock, { forMs: 60_000',
  },
  { page, says: 'last lines | 90 s', file: 'src/runner/worker/log-upload.ts', holds: 'closingMs = 90_000' },
  {
    page,
    says: 'states and summaries | 60 s',
    file: 'src/runner/worker/step-updates.ts',
    holds: 'closingMs = 60_000',
  },
  {
    page,
    says: 'states and summaries | 60 s',
    file: 'src/runner/worker/step-summary.ts',
    holds: 'uploadMs = 60_000',
  },
  {
    page,
    says: '`completejob` | 5 min',
    file: 'src/runner/worker/job-completion.ts',
    holds: 'reportMs = 300_000',
  },
  {
    page,
    says: '`completejob` | 5 min',
    file: 'src/runner/listener/run-service.ts',
    holds: 'forMs: 300_000',
  },
  { page, says: '5,000 requests an hour for a user, 1,000 an hour', link: rateLimits },
  { page, says: '100 requests at once, and about 80 a minute', link: rateLimits },
  { page, says: '8 requests under way', file: 'src/supervisor/supervisor.ts', holds: 'const width = 8' },
  {
    page,
    says: 'within 60 s',
    link: `${docs}/runners/self-hosted-runners#routing-precedence-for-self-hosted-runners`,
  },
  {
    page,
    says: 'after 14 days',
    link: 'https://github.com/github/docs/blob/main/data/reusables/actions/self-hosted-runner-auto-removal.md',
  },
  { page, says: 'one | 5 days', link: `${docs}/limits` },
  {
    page,
    says: 'included | 35 days',
    file: 'src/policy/yaml-reader.ts',
    holds: 'longestSeconds = 35 * 86_400',
  },
  { page, says: '500 in 10 s', link: `${docs}/limits` },
  {
    page,
    says: 'within 30 days',
    link: 'https://github.blog/changelog/2026-06-12-github-actions-minimum-version-enforcement-timeline-for-self-hosted-runners/',
  },
]
