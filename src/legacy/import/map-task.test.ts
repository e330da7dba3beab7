import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import { mapTask, ownTask } from './map-task.ts'

const map = (name: string, args: readonly unknown[], kwargs: JsonObject = {}) =>
  mapTask({ name, args, kwargs }, ['thumbs.sh'])

test('a transcription of old is one of today: a path on the machine, or an address', () => {
  assert.deepEqual(map('relayq.transcribe_audio', ['/nas/a.mp3'], { model: 'small' }), {
    ...{ kind: 'mapped', job: 'transcribe', inputs: { path: '/nas/a.mp3', model: 'small' }, pin: null },
  })
  assert.deepEqual(map('transcribe_audio', ['https://example.com/a.mp3', 'tiny']), {
    ...{
      kind: 'mapped',
      job: 'transcribe',
      inputs: { url: 'https://example.com/a.mp3', model: 'tiny' },
      pin: null,
    },
  })
})

test('a transcoding of old is one of today, if the output is of a form that is known and no options go with it', () => {
  assert.deepEqual(map('relayq.transcode_video', ['/nas/a.avi', '/nas/out/a.MP4']), {
    ...{ kind: 'mapped', job: 'transcode', inputs: { path: '/nas/a.avi', format: 'mp4' }, pin: null },
  })
  const named = { input_file: 'https://example.com/a.mov', output_file: 'a.webm', options: {} }
  assert.deepEqual(map('transcode_video', [], { ...named, routing_key: 'mac-mini' }), {
    ...{ kind: 'mapped', job: 'transcode', pin: 'macmini' },
    inputs: { url: 'https://example.com/a.mov', format: 'webm' },
  })
  assert.equal(map('transcode_video', ['/a.mov', '/a.mp3', null]).kind, 'mapped')
})

test('the machine that a message names is the one of today', () => {
  const pinned = (machine: string) => {
    const mapped = map('relayq.transcribe_audio', ['/a.mp3'], { routing_key: machine })
    return mapped.kind === 'mapped' ? mapped.pin : mapped.reason
  }
  assert.deepEqual(['mac-mini', 'rpi4-worker', 'attic'].map(pinned), ['macmini', 'rpi4', 'attic'])
})

test('a job of another program that has the name of a kind is that kind, if its data are its inputs', () => {
  const mapped = map('transcribe', [], { url: 'https://example.com/a.mp3', language: 'de' })
  assert.deepEqual(mapped.kind === 'mapped' && mapped.inputs, {
    url: 'https://example.com/a.mp3',
    language: 'de',
  })
  assert.match(JSON.stringify(map('transcribe', [], { url: { deep: true } })), /its url is no text/)
  assert.match(JSON.stringify(map('transcribe', [], { colour: 'blue' })), /transcribe has no input/)
})

test('what cannot be mapped says why', () => {
  const reason = (...task: Parameters<typeof map>) => {
    const mapped = map(...task)
    return mapped.kind === 'unmapped' ? mapped.reason : 'mapped'
  }
  assert.match(reason('relayq.transcribe_audio', []), /no audio_file/)
  assert.match(reason('relayq.transcribe_audio', ['talk.mp3']), /below a folder that nobody knows/)
  assert.match(reason('relayq.transcribe_audio', ['/a', 'base', 3]), /no argument "a third"/)
  assert.match(reason('relayq.transcribe_audio', ['/a'], { beam: 5 }), /no argument "beam"/)
  assert.match(reason('relayq.transcribe_audio', ['/a', '../../etc']), /model cannot be/)
  assert.match(reason('transcode_video', []), /no input_file/)
  assert.match(reason('transcode_video', ['/a.avi']), /no output_file/)
  assert.match(reason('transcode_video', ['/a.avi', '/a.mkv']), /"\/a.mkv" is none of mp4, webm/)
  assert.match(reason('transcode_video', ['/a.avi', '/a']), /is none of mp4/)
  assert.match(reason('transcode_video', ['a.avi', '/a.mp4']), /below a folder that nobody knows/)
  assert.match(
    reason('transcode_video', ['/a', '/a.mp4', { crf: 20 }]),
    /options {"crf":20} have no counterpart/,
  )
  assert.match(reason('transcode_video', ['/a', '/a.mp4', '-an']), /options "-an" have/)
  assert.match(reason('transcode_video', ['/a', '/a.mp4', null, 4]), /no argument "a fourth"/)
  assert.match(reason('relayq.run_command', ['rm -rf /']), /"rm" is no script of jobs\/: put .* as a script/)
  assert.match(reason('relayq.run_command', []), /no command/)
  assert.match(reason('relayq.run_command', ['a', null, 'b']), /no argument "a third"/)
  assert.match(reason('shop.send_mail', []), /no task of RelayQ/)
})

test('a command of old that was a script of jobs/ with plain words is one of today', () => {
  const inputs = (command: string, kwargs: JsonObject = {}) => {
    const mapped = map('relayq.run_command', [command], kwargs)
    return mapped.kind === 'mapped' ? [mapped.job, mapped.inputs, mapped.pin] : mapped.reason
  }
  const thumbs = ['command', { script: 'thumbs.sh', args: '["--width","320"]' }, null]
  assert.deepEqual(inputs('jobs/thumbs.sh --width 320'), thumbs)
  assert.deepEqual(inputs(' ./jobs/thumbs.sh  --width 320 '), thumbs)
  assert.deepEqual(inputs('thumbs.sh --width 320', { cwd: null }), thumbs)
  assert.deepEqual(inputs('jobs/photos/new.py', { routing_key: 'mac-mini' }), [
    ...['command', { script: 'photos/new.py' }, 'macmini'],
  ])
})

test('a command of old that takes a shell, a folder or another program stays, and says what to do', () => {
  const reason = (command: string, kwargs: JsonObject = {}) => {
    const mapped = map('relayq.run_command', [command], kwargs)
    return mapped.kind === 'unmapped' ? mapped.reason : `mapped: ${JSON.stringify(mapped.inputs)}`
  }
  const shells = [
    'a; b',
    'a | b',
    'a && b',
    'a > b',
    '$(a)',
    '`a`',
    'a $B',
    "a 'b'",
    'a "b"',
    'a *',
    'a ~/b',
    'a\nb',
    'a #b',
    'a\\b',
  ]
  for (const command of shells) {
    assert.match(reason(`jobs/thumbs.sh ${command}`), /takes a shell: put the command into jobs\//, command)
  }
  assert.match(reason('thumbs.sh', { cwd: '/srv' }), /runs in the folder "\/srv": .* goes there itself/)
  for (const program of [
    'other.sh',
    'photos/',
    'python3 jobs/x.py',
    '/jobs/thumbs.sh',
    'X=1 jobs/thumbs.sh',
  ]) {
    assert.match(reason(program), /no script of jobs\//, program)
  }
  assert.match(reason('jobs/../etc/passwd'), /script cannot be/)
})

test('only tasks of RelayQ are its own', () => {
  assert.equal(ownTask('shop.transcribe_audio'), null)
  assert.equal(ownTask('relayq.tasks.run_command'), 'run_command')
  assert.equal(ownTask(''), null)
})
