import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { extractTarball } from './tarball.ts'

const root = mkdtempSync(join(tmpdir(), 'relayq-tarball-'))
after(() => rmSync(root, { recursive: true, force: true }))

interface HostileEntry {
  readonly path: string
  readonly type?: string
  readonly link?: string
  readonly content?: string
}

/** Writes an archive no honest program would. */
function archive(entries: readonly HostileEntry[]): string {
  const file = join(mkdtempSync(join(root, 'archive-')), 'a.tar.gz')
  writeFileSync(file, gzipSync(Buffer.concat([...entries.flatMap(records), Buffer.alloc(1024)])))
  return file
}

function records({ path, type = '0', link = '', content = '' }: HostileEntry): Buffer[] {
  const header = Buffer.alloc(512)
  const body = Buffer.from(content)
  header.write(path, 0)
  header.write('0000644\0', 100)
  header.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124)
  header.write('        ', 148)
  header.write(type, 156)
  header.write(link, 157)
  header.write('ustar\x0000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)]
}

function emptyFolder(): string {
  return join(mkdtempSync(join(root, 'out-')), 'dir')
}

test('an archive of GNU tar comes out with long names, modes and links', async () => {
  const source = join(root, 'source')
  const long = `${'very-long-folder-name/'.repeat(12)}file-ö.txt`
  mkdirSync(join(source, 'top', long, '..'), { recursive: true })
  writeFileSync(join(source, 'top', long), 'deep')
  writeFileSync(join(source, 'top/run.sh'), '#!/bin/sh\n', { mode: 0o4755 })
  writeFileSync(join(source, 'top/big'), 'x'.repeat(300_000))
  symlinkSync('run.sh', join(source, 'top/link'))
  for (const format of ['gnu', 'pax']) {
    const file = join(root, `${format}.tar.gz`)
    // Given as `.`, tar writes an entry for the folder around the top one too.
    execFileSync('tar', ['-C', source, `--format=${format}`, '-czf', file, format === 'gnu' ? 'top' : '.'])
    const dir = emptyFolder()
    await extractTarball(file, dir)
    assert.equal(readFileSync(join(dir, long), 'utf8'), 'deep')
    assert.equal(statSync(join(dir, 'run.sh')).mode & 0o7777, 0o755)
    assert.equal(statSync(join(dir, 'big')).size, 300_000)
    assert.equal(readlinkSync(join(dir, 'link')), 'run.sh')
  }
})

test('an archive of git tells its commit', async () => {
  const repository = join(root, 'repository')
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', repository, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
      encoding: 'utf8',
    })
  mkdirSync(repository)
  git('init', '-q')
  writeFileSync(join(repository, 'a.txt'), 'a')
  git('add', '.')
  git('commit', '-qm', 'one')
  const file = join(root, 'git.tar.gz')
  git('archive', '--prefix=o-r-1/', '-o', file, 'HEAD')
  const dir = emptyFolder()
  assert.equal((await extractTarball(file, dir)).comment, git('rev-parse', 'HEAD').trim())
  assert.equal(readFileSync(join(dir, 'a.txt'), 'utf8'), 'a')
})

const hostile: Readonly<Record<string, readonly HostileEntry[]>> = {
  'a path that climbs out': [{ path: 'top/../../evil', content: 'x' }],
  'an absolute path': [{ path: '/tmp/relayq-evil', content: 'x' }],
  'a second top folder': [{ path: 'top/a' }, { path: 'other/b' }],
  'a file at the top': [{ path: 'file', content: 'x' }],
  'a link out of the folder': [{ path: 'top/l', type: '2', link: '../../evil' }],
  'an absolute link': [{ path: 'top/l', type: '2', link: '/etc/passwd' }],
  'a file written through a link': [
    { path: 'top/l', type: '2', link: 'd' },
    { path: 'top/d', type: '5' },
    { path: 'top/l/x', content: 'x' },
  ],
  'links that lead out together': [
    { path: 'top/t', type: '5' },
    { path: 'top/d/e', type: '5' },
    { path: 'top/d/e/x', type: '2', link: '../../t' },
    { path: 'top/y', type: '2', link: 'd/e/x/../..' },
  ],
  'a hard link': [{ path: 'top/l', type: '1', link: '/etc/passwd' }],
  'a device': [{ path: 'top/l', type: '3' }],
  'the same file twice': [
    { path: 'top/a', content: '1' },
    { path: 'top/a', content: '2' },
  ],
  'nothing at all': [],
}

for (const [name, entries] of Object.entries(hostile)) {
  test(`${name} is refused`, async () => {
    const dir = emptyFolder()
    await assert.rejects(extractTarball(archive(entries), dir), { name: 'RelayError' })
    assert.ok(!existsSync(join(dir, '../evil')) && !existsSync('/tmp/relayq-evil'))
  })
}

test('an archive that grows beyond the limit is refused', async () => {
  const file = archive([{ path: 'top/zeros', content: '\0'.repeat(100_000) }])
  const limits = { maxEntries: 10, maxBytes: 50_000 }
  await assert.rejects(extractTarball(file, emptyFolder(), limits), { code: 'too_large' })
})

test('damaged and cut archives are refused', async () => {
  const whole = readFileSync(archive([{ path: 'top/a', content: 'x'.repeat(5000) }]))
  const cases = [
    Buffer.from('not gzip'),
    whole.subarray(0, whole.length / 2),
    gzipSync(Buffer.alloc(700, 'z')),
  ]
  for (const bytes of cases) {
    const file = join(root, 'broken.tar.gz')
    writeFileSync(file, bytes)
    await assert.rejects(extractTarball(file, emptyFolder()), { name: 'RelayError' })
  }
})
