import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatRelayedFile, largestFile, parseRelayedFile } from './relayed-file.ts'

const file = {
  id: '12/34',
  bytes: 5,
  sha256: 'ab'.repeat(32),
  name: 'a talk: part 1.mp3',
  isEncrypted: false,
}

test('a relayed file is read as it was written, whatever its name', () => {
  assert.deepEqual(parseRelayedFile(formatRelayedFile(file)), file)
  const sealed = { ...file, isEncrypted: true }
  assert.deepEqual(parseRelayedFile(formatRelayedFile(sealed)), sealed)
  const strange = formatRelayedFile({ ...file, name: `../a\n${'x'.repeat(500)}` })
  assert.match(parseRelayedFile(strange)?.name ?? '', /^x{100}$/)
  assert.equal(parseRelayedFile(formatRelayedFile({ ...file, name: '../\n' }))?.name, '..__')
  assert.equal(parseRelayedFile(formatRelayedFile({ ...file, name: '' }))?.name, 'file')
})

test('what is no relayed file is not taken for one', () => {
  const texts = [
    '',
    './talk.mp3',
    formatRelayedFile({ ...file, id: '../1' }),
    formatRelayedFile({ ...file, sha256: 'ab' }),
    formatRelayedFile({ ...file, bytes: largestFile + 1 }),
    formatRelayedFile({ ...file, bytes: -1 }),
    `${formatRelayedFile(file)}\n`,
  ]
  for (const text of texts) assert.equal(parseRelayedFile(text), null, text)
})
