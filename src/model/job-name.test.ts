import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jobName, sourceName } from './job-name.ts'

const sha = 'a'.repeat(64)

test('A job is named for what it works on', () => {
  const names = {
    'a talk.mp3': { file: `12:34:${sha}:a talk.mp3` },
    'secret.mp3': { file: `age:12:34:${sha}:secret.mp3`, language: 'en' },
    'episode 1.mp3': { url: 'https://example.com/shows/episode%201.mp3' },
    '50% é.mp3': { url: 'https://example.com/50%25%20%C3%A9.mp3' },
    shows: { url: 'https://example.com/shows/' },
    'example.com': { url: 'https://example.com' },
    'Episode #12: why?.mp3': { url: 'https://example.com/Episode%20%2312%3A%20why%3F.mp3' },
    'b.mp3': { url: 'https://storage.example.com/o/shows%2Fb.mp3?alt=media' },
    'talk.wav': { path: '/nas/audio/talk.wav' },
    'thumbs.sh': { script: 'thumbs.sh', args: '["--token","s3cret"]' },
    'thumbs.sh a.mp4': { script: 'thumbs.sh', file: `12:34:${sha}:a.mp4` },
  }
  for (const [name, inputs] of Object.entries(names)) assert.equal(jobName(inputs), name)
  assert.equal(sourceName({ script: 'thumbs.sh', path: '/nas/a.mp4' }), 'a.mp4')
  for (const inputs of [{}, { url: '' }, { url: 'no address' }, { file: 'no file' }, { url: 7 }]) {
    assert.equal(jobName(inputs), null)
  }
})

test('No secret of an address is in a name, however it is written', () => {
  const secret = 's3cret'
  const addresses = [
    `https://example.com/a.mp3?token=${secret}`,
    `https://user:${secret}@example.com/a.mp3#${secret}`,
    `https://user:${secret}@example.com/`,
    `https://example.com/a.mp3;jsessionid=${secret}`,
    `https://proxy.example/${encodeURIComponent(`https://u:${secret}@example.com/a.mp3?t=${secret}`)}`,
    `https://proxy.example/${encodeURIComponent(encodeURIComponent(`https://u:${secret}@example.com/a.mp3?t=${secret}`))}`,
    `https://proxy.example/${encodeURIComponent(`https://u:${secret}@example.com`)}`,
    `https://proxy.example/%zz%2Fa.mp3%3Ftoken=${secret}%f`,
  ]
  for (const url of addresses) {
    const name = jobName({ url }) ?? ''
    assert.match(name, /^(?:a\.mp3|example\.com)$/, url)
  }
})

test('A name is one short line that moves no cursor and leads into no folder', () => {
  const named = (path: string) => jobName({ path: `/nas/${path}` })
  const name = (path: string) => sourceName({ path: `/nas/${path}` })
  assert.equal(name('a\u001b[31mb\u009bc\nd\u202ee\u2028f.mp3'), 'a_[31mb_c_d_e_f.mp3')
  assert.equal(sourceName({ url: 'https://x.example/a%1b%5d0;b%07.mp3' }), 'a_]0;b_.mp3')
  assert.equal(sourceName({ url: 'https://x.example/%2e%2e%5c..%5cb.mp3' }), 'b.mp3')
  assert.equal(sourceName({ url: 'https://x.example/a/%2E%2E%2F' }), 'a')
  const long = named(`${'é👍'.repeat(200)} 12.mp3`) ?? ''
  assert.equal([...long].length, 50)
  assert.match(long, /…é?(?:👍|é)* 12\.mp3$/)
  assert.equal(long.isWellFormed(), true)
  assert.equal(
    [...(jobName({ script: `${'x'.repeat(80)}/a.sh`, path: `/nas/${'y'.repeat(80)}` }) ?? '')].length,
    50,
  )
})
