import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Answer, AnswerCheck } from './answer-check.ts'
import type { Description } from './description.ts'

const description: Description = {
  source: 'a test',
  operations: {
    'GET /things': {
      operationId: 'things/list',
      responses: {
        '200': { headers: ['Link'], content: { 'application/json': list('github#/$defs/thing') } },
      },
    },
    'DELETE /things': {
      operationId: 'things/delete',
      responses: {
        '204': {},
        '302': {},
        '409': { content: { 'application/json': { oneOf: [error('basic-error'), error('rule-error')] } } },
      },
    },
  },
  schemas: {
    'basic-error': { type: 'object', properties: { message: { type: 'string' } } },
    'rule-error': { type: 'object', properties: { message: { type: 'string' } } },
    thing: {
      type: 'object',
      required: ['id'],
      properties: { id: { type: 'integer' }, at: { type: ['string', 'null'], format: 'date-time' } },
      additionalProperties: false,
    },
  },
}

function list($ref: string) {
  const properties = { total_count: { type: 'integer' }, things: { type: 'array', items: { $ref } } }
  return { type: 'object', required: ['total_count', 'things'], properties }
}

function error(name: string) {
  return { $ref: `github#/$defs/${name}` }
}

const stamped = {
  'Content-Type': 'application/json; charset=utf-8',
  'X-GitHub-Request-Id': 'A',
  'X-GitHub-Api-Version-Selected': '2022-11-28',
  'X-RateLimit-Limit': '1',
  'X-RateLimit-Remaining': '1',
  'X-RateLimit-Used': '0',
  'X-RateLimit-Reset': '1',
  'X-RateLimit-Resource': 'core',
}

function problems(operation: string, status: number, body: unknown, headers = {}): readonly string[] {
  const text = body === null ? '' : JSON.stringify(body)
  const answer: Answer = { status, text, headers: new Headers({ ...stamped, ...headers }) }
  return new AnswerCheck(description).problems(operation, answer)
}

test('An answer that is as described has no problems', () => {
  const things = [{ id: 1 }, { id: 2, at: null }, { id: 3, at: '2026-11-24T00:00:00Z' }]
  assert.deepEqual(problems('GET /things', 200, { total_count: 3, things, more: 'is allowed' }), [])
  const Link = '<http://hub/things?page=2>; rel="next", <http://hub/things?page=3>; rel="last"'
  assert.deepEqual(problems('GET /things', 200, { total_count: 9, things }, { Link }), [])
  assert.deepEqual(problems('DELETE /things', 204, null), [])
  assert.deepEqual(problems('DELETE /things', 302, null, { Location: 'http://hub/elsewhere' }), [])
  assert.deepEqual(problems('DELETE /things', 409, { message: 'of either form' }), [])
  assert.deepEqual(
    problems('GET /things', 404, { message: 'Not Found', documentation_url: 'x', status: '404' }),
    [],
  )
})

test('Whatever differs from the description is said', () => {
  const empty = { total_count: 0, things: [] }
  const wrong: readonly (readonly [RegExp, readonly string[]])[] = [
    [/status 201 is not described/, problems('GET /things', 201, empty)],
    [/required property 'things'/, problems('GET /things', 200, { total_count: 0 })],
    [/body\/things\/0\/id must be integer/, problems('GET /things', 200, one({ id: '1' }))],
    [
      /body\/things\/0\/at must match format "date-time"/,
      problems('GET /things', 200, one({ id: 1, at: 'now' })),
    ],
    [/must NOT have additional properties/, problems('GET /things', 200, one({ id: 1, name: 'x' }))],
    [/header Link is missing/, problems('GET /things', 200, { ...one({ id: 1 }), total_count: 2 })],
    [/Link is/, problems('GET /things', 200, empty, { Link: '</things?page=2>; rel="next"' })],
    [/content-type is "text\/plain"/, problems('GET /things', 200, empty, { 'Content-Type': 'text/plain' })],
    [/charset/, problems('GET /things', 200, empty, { 'Content-Type': 'application/json' })],
    [/X-RateLimit-Used is missing/, problems('GET /things', 200, empty, { 'X-RateLimit-Used': '' })],
    [/a body where none/, problems('DELETE /things', 204, {})],
    [/location is "\/elsewhere"/, problems('DELETE /things', 302, null, { Location: '/elsewhere' })],
    [/required property 'documentation_url'/, problems('GET /things', 404, { message: 'x', status: '404' })],
  ]
  for (const [expected, found] of wrong) assert.match(found.join('\n'), expected)
})

function one(thing: object) {
  return { total_count: 1, things: [thing] }
}
