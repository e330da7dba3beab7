import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type AudioServer, serveAudio } from '../../src/cli/demo/audio-server.ts'
import { wordErrors } from '../../src/speech/word-error-rate.ts'
import { startTestFleet, type TestFleet, untilCompleted } from '../support/fleet.ts'
import { resultOf } from '../support/run-result.ts'
import { shippedWorkflows } from '../support/shipped-workflows.ts'

const words = {
  who: ['my father', 'the teacher', 'the young woman', 'our company', 'the old doctor'],
  does: ['would like to see', 'has written about', 'wants to buy', 'was talking about', 'will remember'],
  what: ['the new building', 'a small house', 'the school', 'a good hotel', 'the river'],
  where: ['near the station', 'in the north', 'by the sea', 'in this city', 'on the other side'],
  when: ['in the morning', 'next week', 'at the end of the year', 'before the summer', 'on monday'],
}

/** A sentence nobody has written down before: 5⁵ are possible, and three are drawn. */
function drawSentence(): string {
  return Object.values(words)
    .map(choices => choices[randomInt(choices.length)])
    .join(' ')
}

async function speak(t: TestContext, text: string): Promise<AudioServer> {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-speech-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const wav = join(folder, 'drawn.wav')
  execFileSync('flite', ['-voice', 'slt', '-t', text, '-o', wav])
  execFileSync('ffmpeg', ['-v', 'error', '-i', wav, '-b:a', '48k', join(folder, 'drawn.mp3')])
  const server = await serveAudio(folder)
  t.after(() => server[Symbol.asyncDispose]())
  return server
}

async function transcribe(
  fleet: TestFleet,
  url: string,
): Promise<{ conclusion: string | null; result: Result }> {
  const runId = await fleet.start('transcribe_audio.yml', { url, formats: 'txt' })
  const run = await untilCompleted(fleet, runId, 60_000)
  const { result, folder } = await resultOf(fleet, runId)
  const file = result.files['txt']
  const text = file === undefined ? null : readFileSync(join(folder, file), 'utf8')
  return { conclusion: run.conclusion, result: { text, errorCode: result.error?.code ?? null } }
}

interface Result {
  readonly text: string | null
  readonly errorCode: string | null
}

test('sentences drawn just now are heard on the far side, and another port of this machine is refused', {
  timeout: 120_000,
}, async t => {
  const text = `${[1, 2, 3].map(drawSentence).join('. ')}.`
  const audio = await speak(t, text)
  const forbidden = await speak(t, 'never heard')
  const fleet = await startTestFleet(t, {
    workflows: shippedWorkflows,
    runners: [{ name: 'box', labels: ['self-hosted', 'audio'] }],
    config: [`RELAYQ_ALLOW_CIDRS=127.0.0.1/32:${audio.port}`],
  })
  const [heard, refused] = await Promise.all([
    transcribe(fleet, audio.url('drawn')),
    transcribe(fleet, forbidden.url('drawn')),
  ])
  assert.equal(heard.conclusion, 'success')
  const { rate } = wordErrors(text, heard.result.text ?? '')
  assert.ok(
    rate !== null && rate < 0.4,
    `word error rate ${rate}: "${text}" was heard as "${heard.result.text}"`,
  )
  assert.deepEqual(
    [refused.conclusion, refused.result],
    ['failure', { text: null, errorCode: 'url_forbidden' }],
  )
})
