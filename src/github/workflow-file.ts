/** The API knows a workflow by its file name: `.github/workflows/x.yml` and `x.yml` are the same. */
export function workflowFile(workflow: string): string {
  return workflow.split('/').at(-1) ?? workflow
}
