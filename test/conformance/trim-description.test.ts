import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { trimDescription } from './trim-description.ts'

const run: JsonObject = {
  title: 'Run',
  description: 'prose',
  type: 'object',
  required: ['id'],
  properties: {
    id: { type: 'integer', example: 5 },
    description: { type: 'string', nullable: true, description: 'prose' },
    state: { type: 'string', nullable: true, enum: ['a'] },
    actor: { nullable: true, allOf: [{ $ref: '#/components/schemas/user' }] },
  },
}

const document: JsonObject = {
  paths: {
    '/repos/{owner}/{repo}/actions/runs/{run_id}': {
      get: {
        operationId: 'actions/get-workflow-run',
        summary: 'prose',
        responses: {
          '404': { $ref: '#/components/responses/not_found' },
          '200': {
            headers: { Link: { $ref: '#/components/headers/link' } },
            content: { 'application/json': { schema: { $ref: '#/components/schemas/run' }, examples: {} } },
          },
        },
      },
    },
    '/repos/{owner}/{repo}/actions/permissions/access': { get: { operationId: 'x', responses: {} } },
    '/gists': { get: { operationId: 'gists/list', responses: {} } },
  },
  components: {
    responses: {
      not_found: { content: { 'application/json': { schema: { $ref: '#/components/schemas/error' } } } },
    },
    schemas: {
      run,
      user: { type: 'object', properties: { friend: { $ref: '#/components/schemas/user' } } },
      error: { type: 'object' },
      gist: { type: 'object' },
    },
  },
}

test('A trimmed description has the operations of an Actions client, and the schemas they reach', () => {
  const { source, operations, schemas } = trimDescription('1.2.3', document)
  assert.equal(source, '@octokit/openapi 1.2.3')
  assert.deepEqual(operations, {
    'GET /repos/{owner}/{repo}/actions/runs/{run_id}': {
      operationId: 'actions/get-workflow-run',
      responses: {
        '200': { headers: ['Link'], content: { 'application/json': { $ref: 'github#/$defs/run' } } },
        '404': { content: { 'application/json': { $ref: 'github#/$defs/error' } } },
      },
    },
  })
  assert.deepEqual(Object.keys(schemas), ['error', 'run', 'user'])
})

test('A trimmed schema is plain JSON Schema without prose', () => {
  assert.deepEqual(trimDescription('1', document).schemas['run'], {
    type: 'object',
    required: ['id'],
    properties: {
      actor: { anyOf: [{ type: 'null' }, { allOf: [{ $ref: 'github#/$defs/user' }] }] },
      description: { type: ['string', 'null'] },
      id: { type: 'integer' },
      state: { type: ['string', 'null'], enum: ['a', null] },
    },
  })
})
