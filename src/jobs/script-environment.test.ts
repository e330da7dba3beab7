import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scriptEnvironment } from './script-environment.ts'

test('a script sees what the workflow’s author wrote and the runner says, and nothing that is RelayQ’s alone', () => {
  const kept = {
    PATH: '/usr/bin',
    GITHUB_RUN_ID: '7',
    RUNNER_NAME: 'rpi4',
    MY_TOKEN: 'added by the author',
    OPENAI_API_KEY: 'added by the author, too',
    RELAYQ_ID: 'j1.1',
    RELAYQ_CONFIG_HOME: '/c',
    // By these the runner finds what a job has left running.
    RELAYQ_TRACKING_ID: 't',
    RELAYQ_STEP_ID: 's',
  }
  const withheld = {
    RELAYQ_TOKEN: 'x',
    RELAYQ_INPUTS: '{}',
    RELAYQ_INPUT_FILE: 'x',
    RELAYQ_INPUT_ARGS: '[]',
    RELAYQ_PROTOCOL: '1',
    RELAYQ_VERIFY: '',
    GITHUB_OUTPUT: '/f',
    GITHUB_ENV: '/f',
    GITHUB_PATH: '/f',
    GITHUB_STATE: '/f',
    GITHUB_STEP_SUMMARY: '/f',
  }
  const variables = { RELAYQ_JOB_OUTPUT: '/o', RELAYQ_JOB_INPUT: '/i' }
  assert.deepEqual(scriptEnvironment({ ...kept, ...withheld }, variables), { ...kept, ...variables })
})
