/** One row per input of a job kind: the single table that the CLI, the workflows, run-job and the docs follow. */
export interface InputSpec {
  readonly name: string
  readonly required: boolean
  readonly description: string
  /** The closed set of values, or null for free text. '' is always allowed for an optional input: "as the machine is configured". */
  readonly choices: readonly string[] | null
}

export interface KindSpec {
  readonly name: string
  readonly description: string
  readonly workflow: string
  readonly inputs: readonly InputSpec[]
}

export const kinds: readonly KindSpec[] = [
  {
    name: 'transcribe',
    description: 'Speech to text: txt, srt, vtt and json',
    workflow: 'transcribe_audio.yml',
    inputs: [
      { name: 'url', required: true, description: 'http(s) address of the audio or video', choices: null },
      {
        name: 'backend',
        required: false,
        description: 'Speech engine',
        choices: ['auto', 'local', 'openai', 'router'],
      },
      {
        name: 'model',
        required: false,
        description: 'Model of that engine, such as base or small',
        choices: null,
      },
      { name: 'language', required: false, description: 'ISO 639-1 code, or auto', choices: null },
      {
        name: 'formats',
        required: false,
        description: 'Comma-separated: txt, srt, vtt, json',
        choices: null,
      },
    ],
  },
]

export function findKind(name: string): KindSpec | null {
  return kinds.find(kind => kind.name === name) ?? null
}

/** The kind a workflow of the seed belongs to when it leaves the choice of machine open; null for all others. */
export function kindOfPooledWorkflow(workflow: string): KindSpec | null {
  const file = workflow.split('/').at(-1)
  return kinds.find(kind => kind.workflow === file) ?? null
}
