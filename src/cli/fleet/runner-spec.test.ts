import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultRunners, withoutLabel } from './runner-spec.ts'

test('a label whose promise cannot be kept is borne by no runner', () => {
  const honest = withoutLabel(defaultRunners, 'ffmpeg')
  assert.deepEqual(
    honest.map(({ labels }) => labels.includes('ffmpeg')),
    [false, false, false],
  )
  assert.deepEqual(honest[0]?.labels, ['self-hosted', 'macmini', 'audio', 'heavy'])
})
