import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { RelayError } from '../../../base/errors.ts'
import { conditionOfText, tokenOfText } from './composite-tokens.ts'
import { readActionManifest } from './manifest.ts'

const root = mkdtempSync(join(tmpdir(), 'relayq-manifest-'))
after(() => rmSync(root, { recursive: true, force: true }))

function actionFolder(yaml: string, file = 'action.yml'): string {
  const dir = mkdtempSync(join(root, 'action-'))
  writeFileSync(join(dir, file), yaml)
  return dir
}

async function refusal(yaml: string): Promise<string> {
  try {
    await readActionManifest(actionFolder(yaml))
  } catch (thrown) {
    if (thrown instanceof RelayError && thrown.code === 'invalid_workflow') return thrown.message
    throw thrown
  }
  return 'not refused'
}

test('text without expressions stays text, a lone expression is itself, mixed text is a format', () => {
  assert.equal(tokenOfText('plain {0} it`s'), 'plain {0} it`s')
  assert.equal(tokenOfText(''), '')
  assert.deepEqual(tokenOfText(`\${{ inputs.a }}`), { type: 3, expr: 'inputs.a' })
  assert.deepEqual(tokenOfText(`it's {x} \${{ a }} and \${{b}}`), {
    type: 3,
    expr: `format('it''s {{x}} {0} and {1}', a, b)`,
  })
})

test('braces within a string of an expression do not end it', () => {
  assert.deepEqual(tokenOfText(`\${{ format('{{}}''}}', x) }}`), { type: 3, expr: `format('{{}}''}}', x)` })
})

test('an expression that is empty or has no end is refused', () => {
  assert.throws(() => tokenOfText(`a \${{ b`), SyntaxError)
  assert.throws(() => tokenOfText(`\${{ }}`), SyntaxError)
})

test('a condition without a status function gets one', () => {
  assert.equal(conditionOfText(''), 'success()')
  assert.equal(conditionOfText(`inputs.a == 'always()'`), `success() && (inputs.a == 'always()')`)
  assert.equal(conditionOfText(`\${{ always() }}`), 'always()')
  assert.equal(conditionOfText('!Cancelled ()'), '!Cancelled ()')
  assert.equal(conditionOfText('false'), 'success() && (false)')
  assert.equal(conditionOfText('x.success(1)'), 'success() && (x.success(1))')
})

test('a JavaScript action is read with its hooks', async () => {
  const dir = actionFolder(`
name: Greeter
inputs:
  who: {description: whom, required: true, default: 1.5}
  token: {default: "\${{ github.token }}", deprecationMessage: not needed}
outputs:
  greeting: {description: text}
runs: {using: node20, main: dist/../main.js, pre: pre.js, post: post.js, post-if: success()}
`)
  assert.deepEqual(await readActionManifest(dir), {
    name: 'Greeter',
    inputs: [
      { name: 'who', required: true, default: '1.5', deprecationMessage: null },
      {
        name: 'token',
        required: false,
        default: { type: 3, expr: 'github.token' },
        deprecationMessage: 'not needed',
      },
    ],
    outputs: [{ name: 'greeting', value: null }],
    runs: {
      kind: 'node',
      using: 'node20',
      main: join(dir, 'main.js'),
      pre: { script: join(dir, 'pre.js'), condition: 'always()' },
      post: { script: join(dir, 'post.js'), condition: 'success()' },
    },
  })
})

test('the steps of a composite action take the shape of a job`s steps', async () => {
  const dir = actionFolder(
    `
name: Both
outputs:
  result: {value: "\${{ steps.run.outputs.x }}"}
runs:
  using: composite
  steps:
    - id: run
      name: Say \${{ inputs.who }}
      if: inputs.who != ''
      run: |
        cat <<E
          \${{ inputs.who }}
        E
      shell: bash
      working-directory: sub
      env: {N: 5, T: true, E: "\${{ inputs.e }}"}
      continue-on-error: true
    - run: |
        echo one
        echo two
      shell: sh
    - uses: actions/cache/restore@v5
      with: {key: k, n: }
    - uses: ./local
`,
    'action.yaml',
  )
  const { runs, outputs } = await readActionManifest(dir)
  assert.deepEqual(outputs, [{ name: 'result', value: { type: 3, expr: 'steps.run.outputs.x' } }])
  assert.equal(runs.kind, 'composite')
  if (runs.kind !== 'composite') return
  const [first, second, third, fourth] = runs.steps
  assert.deepEqual(first, {
    name: 'run',
    contextName: 'run',
    displayNameToken: { type: 3, expr: "format('Say {0}', inputs.who)" },
    condition: "success() && (inputs.who != '')",
    continueOnError: true,
    timeoutInMinutes: null,
    environment: {
      type: 2,
      map: [
        { Key: 'N', Value: '5' },
        { Key: 'T', Value: 'true' },
        { Key: 'E', Value: { type: 3, expr: 'inputs.e' } },
      ],
    },
    inputs: {
      type: 2,
      map: [
        { Key: 'script', Value: { type: 3, expr: "format('cat <<E\n  {0}\nE\n', inputs.who)" } },
        { Key: 'shell', Value: 'bash' },
        { Key: 'workingDirectory', Value: 'sub' },
      ],
    },
    reference: { type: 'script' },
  })
  assert.equal(second?.contextName, '__run')
  assert.equal(second?.displayNameToken, 'Run echo one')
  assert.equal(second?.condition, 'success()')
  assert.equal(third?.contextName, '__actions_cache')
  assert.deepEqual(third?.reference, {
    type: 'repository',
    repositoryType: 'GitHub',
    name: 'actions/cache',
    ref: 'v5',
    path: 'restore',
  })
  assert.deepEqual(fourth?.reference, { type: 'repository', repositoryType: 'self', path: './local' })
})

test('what cannot be run is refused with file and line', async () => {
  const composite = (step: string) => `runs:\n  using: composite\n  steps:\n    - ${step}\n`
  const cases: [string, RegExp][] = [
    ['runs: {using: docker, image: x}', /action\.yml:1: docker actions are not built yet/],
    ['name: x\nruns: {using: node99, main: a}', /action\.yml:2: 'node99' is not a way/],
    ['runs: {using: node20}', /:1: a JavaScript action needs runs\.main/],
    ['a: [', /action\.yml:\d+: /],
    ['- list', /:1: an action must be a mapping/],
    [composite('run: echo'), /:4: a run step of a composite action needs a shell/],
    [composite('{run: a, uses: b, shell: sh}'), /:4: a step needs either run or uses/],
    [composite('{run: a, shell: sh, timeout-minutes: 3}'), /:4: .*no 'timeout-minutes'/],
    [composite(`{run: "\${{ a", shell: sh}`), /:4: an expression has no end/],
    [composite('uses: docker://alpine'), /:4: docker:\/\//],
    [composite('uses: nonsense'), /:4: 'nonsense' is not an action/],
    [composite('{run: a, shell: sh, continue-on-error: perhaps}'), /must be true or false/],
    [
      composite('{id: a, run: b, shell: sh}\n    - {id: A, run: b, shell: sh}'),
      /:5: the id 'A' is used twice/,
    ],
  ]
  for (const [yaml, expected] of cases) assert.match(await refusal(yaml), expected, yaml)
})

test('a folder without a manifest says so', async () => {
  await assert.rejects(readActionManifest(join(root, 'nothing')), /There is no action\.yml/)
})
