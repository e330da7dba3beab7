import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RelayError } from '../../base/errors.ts'
import { readJitConfig } from './jit-config.ts'

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64')
const settings = { AgentId: 7, AgentName: 'box', ServerUrlV2: 'http://hub:1/b/', Ephemeral: true }
const credentials = { scheme: 'OAuthAccessToken', data: { token: 's3cret' } }

test('names are read without regard to case, and the URL ends in a slash', () => {
  const spelled = { agentId: 7, agentname: 'box', SERVERURLV2: 'http://hub:1/b' }
  const config = encode({ '.runner': encode(spelled), '.credentials': encode(credentials) })
  assert.deepEqual(readJitConfig(config), {
    id: 7,
    name: 'box',
    brokerUrl: 'http://hub:1/b/',
    token: 's3cret',
    ephemeral: false,
  })
})

test('a configuration that cannot be used is refused without showing its token', () => {
  const unusable = [
    '',
    'not base64 at all !',
    encode([]),
    encode({ '.runner': encode(settings) }),
    encode({ '.runner': encode(settings), '.credentials': 's3cret' }),
    encode({
      '.runner': encode({ ...settings, ServerUrlV2: 's3cret' }),
      '.credentials': encode(credentials),
    }),
    encode({ '.runner': encode({ ...settings, AgentName: '' }), '.credentials': encode(credentials) }),
    encode({
      '.runner': encode(settings),
      '.credentials': encode({ scheme: 'OAuth', data: { token: 's3cret' } }),
    }),
  ]
  for (const config of unusable) {
    assert.throws(
      () => readJitConfig(config),
      thrown =>
        thrown instanceof RelayError &&
        thrown.code === 'invalid_config' &&
        !thrown.message.includes('s3cret'),
    )
  }
})
