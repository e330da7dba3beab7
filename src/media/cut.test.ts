import assert from 'node:assert/strict'
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { cutWav } from './cut.ts'
import { bytesPerSecond, headerBytes, wavHeader } from './wav.ts'

test('a part of a recording is cut sample by sample, with silence around it, and never past the end', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'relayq-cut-'))
  t.after(() => rm(folder, { recursive: true }))
  const samples = Buffer.alloc(3 * bytesPerSecond)
  for (let at = 0; at < samples.length; at += 2) samples.writeInt16LE((at % 60_000) - 30_000, at)
  await writeFile(join(folder, 'all.wav'), Buffer.concat([wavHeader(samples.length), samples]))
  const source = await open(join(folder, 'all.wav'))
  t.after(() => source.close())

  const path = join(folder, 'part.wav')
  assert.equal(await cutWav(source, path, { from: 0.5, to: 2, padding: 0.3 }), 2.1)
  const part = await readFile(path)
  const silence = Buffer.alloc(0.3 * bytesPerSecond)
  const core = samples.subarray(0.5 * bytesPerSecond, 2 * bytesPerSecond)
  assert.deepEqual(part.subarray(0, headerBytes), wavHeader(core.length + 2 * silence.length))
  assert.ok(part.subarray(headerBytes).equals(Buffer.concat([silence, core, silence])))

  const rest = await cutWav(source, join(folder, 'rest.wav'), { from: 2, to: 9, padding: 0 })
  assert.equal(rest, 1)
})
