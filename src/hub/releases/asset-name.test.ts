import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assetName } from './asset-name.ts'

test('A file gets the name that GitHub gives it', () => {
  const names: Readonly<Record<string, string>> = {
    'tool-1.0.0+linux_x64.tar.gz': 'tool-1.0.0+linux_x64.tar.gz',
    'a@b.txt': 'a@b.txt',
    README: 'README',
    'My App (1).zip': 'My.App.1.zip',
    'a~b..c.txt': 'a.b.c.txt',
    '.env': 'default.env',
    'x.': 'default.x',
    'café.txt': 'cafe.txt',
    '日本.zip': 'default.zip',
    日本: 'default',
    '../../etc/passwd': 'default.etc.passwd',
    '/etc/passwd': 'etc.passwd',
    '..\\x.exe': 'default.x.exe',
    'a\r\nX: y': 'a.X.y',
    '\0': 'default',
    '': 'default',
  }
  for (const [given, expected] of Object.entries(names)) assert.equal(assetName(given), expected, given)
})
