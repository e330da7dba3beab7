import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { findSplices } from './spliced-expressions.ts'
import { auditWorkflowFile } from './workflow-file.ts'

const root = join(import.meta.dirname, '../../..')

const hostile = `on:
  workflow_dispatch:
    inputs: {url: {}}
  issue_comment:
  pull_request:
permissions: write-all
jobs:
  one:
    runs-on: [self-hosted]
    permissions: {packages: write, contents: write}
    steps:
      - uses: actions/checkout@v4
      - uses: evil/action/sub@main
      - uses: ok/pinned@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v1
      - uses: ./local
      - uses: docker://alpine:3
      - &step
        run: |
          relayq run-job x
          echo "\${{ github.sha }}"
          echo "\${{ inputs.url }}"
          echo '\${{ github.event.comment.body || 'a }} b' }}'
      - *step
      - run: curl -H "\${{ secrets.KEY }}"
      - uses: actions/github-script@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f
        with: {script: 'log("\${{ github.head_ref }}")'}
  two:
    uses: other/repo/.github/workflows/x.yml@v1
`

test('everything dangerous in a workflow is told with its line', () => {
  const found = auditWorkflowFile('w.yml', hostile).map(({ severity, what, where }) =>
    [severity, where, what].join(' '),
  )
  assert.deepEqual(found, [
    'problem w.yml:4 issue_comment starts it',
    'warning w.yml:5 pull_request starts it',
    'problem w.yml:6 its token may write everything',
    'warning w.yml:10 its token may write packages',
    'problem w.yml:28 other/repo@v1 is not pinned to a commit',
    'problem w.yml:12 actions/checkout@v4 is not pinned to a commit',
    'problem w.yml:13 evil/action@main is not pinned to a commit',
    'problem w.yml:16 the image alpine:3 is not pinned to a digest',
    `problem w.yml:21 \${{ inputs.url }} stands in a script`,
    `problem w.yml:22 \${{ github.event.comment.body || 'a }} b' }} stands in a script`,
    `problem w.yml:21 \${{ inputs.url }} stands in a script`,
    `problem w.yml:22 \${{ github.event.comment.body || 'a }} b' }} stands in a script`,
    `problem w.yml:24 \${{ secrets.KEY }} stands in a script`,
    `problem w.yml:26 \${{ github.head_ref }} stands in a script`,
  ])
})

test('what others write is known in every spelling, and what is theirs not is left alone', () => {
  const kinds = (expression: string) => findSplices(`a \${{${expression}}} b`).map(({ kind }) => kind)
  for (const expression of [
    'inputs.x',
    " INPUTS [ 'x' ] ",
    "format('{0}', inputs.x)",
    "github['event'].inputs.x",
    'GitHub . Event . issue.title',
    'toJSON(github)',
    'toJSON(github.event)',
    'github.*',
    "github['head_ref']",
    'github.ref_name',
    "inputs.x == '1' && inputs.y",
    "join(inputs.*, ' ')",
  ]) {
    assert.deepEqual(kinds(expression), ['outsider'], expression)
  }
  assert.deepEqual(kinds('secrets.A'), ['secret'])
  assert.deepEqual(kinds('toJSON(secrets)'), ['secret'])
  for (const expression of [
    'github.sha',
    'github.event_name',
    'github.repository',
    'github.run_id',
    "inputs.x == 'inputs'",
    '!inputs.x',
    "'inputs.x'",
    'steps.inputs.outputs.x',
    'matrix.os',
    'runner.temp',
  ]) {
    assert.deepEqual(kinds(expression), [], expression)
  }
})

test('a workflow that says nothing of its token, one for pull requests of anyone, and one that cannot be read', () => {
  const what = (text: string) =>
    auditWorkflowFile('w.yml', text).map(finding => `${finding.severity} ${finding.what}`)
  const job = 'jobs: {a: {runs-on: ubuntu-24.04, steps: [{run: make}]}}'
  assert.deepEqual(what(`on: push\n${job}`), ['warning it does not say what its token may do'])
  assert.deepEqual(what(`on: [pull_request, issues]\npermissions: {}\n${job}`), [])
  assert.deepEqual(what(`on: pull_request_target\npermissions: {}\n${job}`), [
    'problem pull_request_target starts it',
  ])
  const unread = 'warning could not be checked: it is no YAML that can be read'
  for (const text of ['', '- a', 'a: [']) assert.deepEqual(what(text), [unread], text)
  for (const text of [
    'jobs: 1',
    'jobs: {a: }',
    'jobs: {a: [1], b: {steps: {run: 1}}}',
    'runs: {steps: [~, {run: 7}]}',
  ]) {
    assert.doesNotThrow(() => what(text), text)
  }
})

test('an action of the repository is looked at, too', () => {
  const action = `name: A\nruns:\n  using: composite\n  steps:\n    - run: echo \${{ inputs.x }}\n      shell: sh\n`
  assert.deepEqual(
    auditWorkflowFile('a/action.yml', action).map(({ where }) => where),
    ['a/action.yml:5'],
  )
})

test('the workflows that RelayQ brings are clean', () => {
  const paths = globSync('.github/workflows/*.{yml,yaml}', { cwd: root })
  assert.ok(paths.length >= 4)
  for (const path of paths) {
    assert.deepEqual(auditWorkflowFile(path, readFileSync(join(root, path), 'utf8')), [])
  }
})
