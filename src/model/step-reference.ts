/** What a step runs, in the shape of the runner protocol (docs/protocol.md, "Steps"). */
export type StepReference =
  | { readonly type: 'script' }
  | {
      readonly type: 'repository'
      readonly name?: string
      readonly ref?: string
      readonly path?: string
      readonly repositoryType: 'GitHub' | 'self'
    }
  | { readonly type: 'containerRegistry'; readonly image: string }
