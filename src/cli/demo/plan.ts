/** What the demo shows, in the order in which it is sent. */
export interface DemoJob {
  readonly title: string
  /** Name of a recording in examples/audio, without its ending. */
  readonly recording: string
  /** The runner it must end on. */
  readonly runner: string
  /** Sent while the Mac is still away, or when all machines are there. */
  readonly when: 'without_mac' | 'with_mac'
  readonly how:
    | { readonly kind: 'dispatch'; readonly workflow: string }
    | { readonly kind: 'submit'; readonly jobKind: string }
}

export const demoJobs: readonly DemoJob[] = [
  {
    title: 'by policy, with the preferred machine away',
    recording: 'meeting',
    runner: 'rpi4',
    when: 'without_mac',
    how: { kind: 'submit', jobKind: 'transcribe' },
  },
  {
    title: 'pooled: any machine with the label audio',
    recording: 'market',
    runner: 'macmini',
    when: 'with_mac',
    how: { kind: 'dispatch', workflow: '.github/workflows/transcribe_audio.yml' },
  },
  {
    title: 'forced onto the Mac',
    recording: 'river',
    runner: 'macmini',
    when: 'with_mac',
    how: { kind: 'dispatch', workflow: '.github/workflows/transcribe_mac.yml' },
  },
  {
    title: 'forced onto the Raspberry Pi 4',
    recording: 'journey',
    runner: 'rpi4',
    when: 'with_mac',
    how: { kind: 'dispatch', workflow: '.github/workflows/transcribe_rpi.yml' },
  },
]

/** What someone would type for it. */
export function commandOf(job: DemoJob): string {
  return job.how.kind === 'submit'
    ? `relayq submit ${job.how.jobKind} url=…/${job.recording}.mp3`
    : `bin/dispatch.sh ${job.how.workflow} url=…/${job.recording}.mp3`
}
