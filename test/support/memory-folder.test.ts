import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFit } from './memory-folder.ts'

const free = { freeBytes: 3 * 1024 ** 3, memoryBytes: 6 * 1024 ** 3 }
const disk = '/dev/vda / ext4 rw,relatime 0 0\n'
const fit = `${disk}tmpfs /dev/shm tmpfs rw,nosuid,nodev,inode64 0 0\n`

test('Temporary folders are in memory where programs can be started from it and there is room', () => {
  assert.equal(isFit({ mounts: fit, ...free }), true)
  assert.equal(isFit({ mounts: fit, ...free, freeBytes: 64 * 1024 ** 2 }), false)
  assert.equal(isFit({ mounts: fit, ...free, memoryBytes: 2 * 1024 ** 3 }), false)
  for (const options of ['rw,noexec', 'ro,nosuid'])
    assert.equal(isFit({ mounts: `${fit}shm /dev/shm tmpfs ${options} 0 0\n`, ...free }), false)
  assert.equal(isFit({ mounts: disk, ...free }), false)
})
