import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findAudio } from './find-audio.ts'
import { readTags } from './markup.ts'

const base = 'https://pod.example/show/feed.xml'

const item = (title: string, date: string, enclosure: string) =>
  `<item><title>${title}</title><pubDate>${date}</pubDate>${enclosure}</item>`

test('of an RSS feed the newest enclosure is taken, wherever it stands', () => {
  const feed = `<?xml version="1.0"?><!-- <enclosure url="https://x/comment.mp3"/> -->
<rss version="2.0"><channel><title>The show</title><itunes:image href="https://x/cover.jpg"/>
${item('Old', 'Mon, 02 Nov 2026 08:00:00 GMT', '<enclosure url="https://cdn.example/1.mp3" length="5" type="audio/mpeg"/>')}
${item('<![CDATA[Cats & <dogs>]]>', 'Mon, 16 Nov 2026 08:00:00 +0100', "<enclosure type='audio/mpeg' url='https://cdn.example/2.mp3?a=1&amp;b=2'/>")}
${item('Notes', 'Tue, 24 Nov 2026 08:00:00 GMT', '<enclosure url="https://cdn.example/notes.pdf" type="application/pdf"/>')}
${item('No audio', 'Wed, 25 Nov 2026 08:00:00 GMT', '')}
</channel></rss>`
  assert.deepEqual(findAudio(feed, base), {
    url: 'https://cdn.example/2.mp3?a=1&b=2',
    title: 'Cats & <dogs>',
    in: 'feed',
  })
})

test('Atom links and Media RSS are enclosures too, relative to the feed, and without dates the first counts', () => {
  const atom = `<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>A</title><link href="/page"/>
<link rel="enclosure" href="a.mp3"/></entry><entry><link rel="enclosure" href="b.mp3"/></entry></feed>`
  assert.equal(findAudio(atom, base)?.url, 'https://pod.example/show/a.mp3')
  const media = '<rss><item><media:content url="//cdn.example/m.mp3" type="audio/mpeg"/></item></rss>'
  assert.equal(findAudio(media, base)?.url, 'https://cdn.example/m.mp3')
})

test('a page names its audio in several ways, of which the plainest counts', () => {
  const jsonLd = `<script type="application/ld+json">{"@graph": [{"@type": "PodcastEpisode", "associatedMedia":
    {"@type": "AudioObject", "contentUrl": "https://cdn.example/ld.mp3?a<b"}}]}</script>`
  const audio = '<audio controls><source src="/source.ogg"></audio>'
  const og = '<META Property="og:audio" content="https://cdn.example/og.mp3">'
  const page = (...parts: string[]) =>
    findAudio(`<!DOCTYPE html><html><head><title>An\n episode</title></head>${parts.join('')}</html>`, base)
  assert.deepEqual(page(jsonLd), { url: 'https://cdn.example/ld.mp3?a%3Cb', title: 'An episode', in: 'page' })
  assert.equal(page(jsonLd, audio)?.url, 'https://pod.example/source.ogg')
  assert.equal(page(jsonLd, audio, og)?.url, 'https://cdn.example/og.mp3')
  assert.equal(page('<audio src=plain.mp3 autoplay></audio>')?.url, 'https://pod.example/show/plain.mp3')
  assert.equal(page('<script>"<audio src=x.mp3>"</script><img src="a.png">'), null)
  assert.equal(page('<video><source src="/film.mp4"></video>'), null)
})

test('what is no web address is not taken', () => {
  for (const url of ['file:///etc/passwd', 'javascript:alert(1)', 'data:audio/mp3,x', 'http://', ''])
    assert.equal(findAudio(`<rss><item><enclosure url="${url}"/></item></rss>`, base), null, url)
})

test('entities a document declares are never expanded', () => {
  const bomb = `<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">
<!ENTITY file SYSTEM "file:///etc/passwd">]>
<rss><item><title>&b;&file;</title><enclosure url="https://x.example/&b;.mp3"/></item></rss>`
  assert.deepEqual(findAudio(bomb, base), {
    url: 'https://x.example/&b;.mp3',
    title: '&b;&file;',
    in: 'feed',
  })
})

test('damaged and hostile markup ends soon and without an error', () => {
  const long = 1_000_000
  const texts = [
    '',
    '<',
    '<rss',
    '<rss><item><enclosure url="never closed',
    '<!-- never closed',
    '<![CDATA[ never closed',
    '<script type="application/ld+json">{"@type"',
    '<'.repeat(long),
    '<a '.repeat(long / 4),
    `<a ${'b '.repeat(long / 2)}>`,
    `<a${' '.repeat(long)}=>`,
    '<title>'.repeat(long / 8),
    '<script>'.repeat(long / 8),
    `<script type="application/ld+json">${'['.repeat(2000)}${']'.repeat(2000)}</script>`,
    `<script type="application/ld+json">[${'{"a":[]},'.repeat(100_000)}1]</script>`,
    '<title><![CDATA['.repeat(long / 16),
    '&#x110000;&#0;'.repeat(1000),
  ]
  const began = performance.now()
  for (const text of texts) {
    findAudio(text, base)
    findAudio(`<rss><item>${text}`, base)
  }
  assert.ok(performance.now() - began < 10_000)
})

test('character references are resolved once, and nonsense ones left alone', () => {
  const [tag] = readTags('<a x="&amp;lt; &#65;&#x42; &#0; &unknown;">')
  assert.equal(tag?.attributes.get('x'), '&lt; AB &#0; &unknown;')
})
