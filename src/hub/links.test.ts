import assert from 'node:assert/strict'
import { test } from 'node:test'
import { temporaryFolder } from '../../test/support/git-repository.ts'
import { SignedLinks } from './links.ts'
import { openSigner } from './signing.ts'

test('A signed link is good for its own path until it expires', t => {
  const links = new SignedLinks(openSigner(temporaryFolder(t)))
  const url = new URL(links.sign('/-/logs/jobs/1', 60_000), 'http://hub')
  const query = {
    expires: url.searchParams.get('expires') ?? '',
    signature: url.searchParams.get('signature') ?? '',
  }
  assert.equal(links.isValid('/-/logs/jobs/1', query, 0), true)
  assert.equal(links.isValid('/-/logs/jobs/1', query, 59_999), true)
  assert.equal(links.isValid('/-/logs/jobs/1', query, 60_000), false)
  assert.equal(links.isValid('/-/logs/jobs/2', query, 0), false)
  assert.equal(links.isValid('/-/logs/jobs/1', { ...query, expires: '999999999' }, 0), false)
  for (const signature of ['', 'x', `${query.signature}x`]) {
    assert.equal(links.isValid('/-/logs/jobs/1', { ...query, signature }, 0), false)
  }
})

test("A link of another hub's key is not valid", t => {
  const [one, other] = [openSigner(temporaryFolder(t)), openSigner(temporaryFolder(t))].map(
    signer => new SignedLinks(signer),
  )
  const url = new URL(one?.sign('/x', 60_000) ?? '', 'http://hub')
  const query = { expires: '60', signature: url.searchParams.get('signature') ?? '' }
  assert.equal(one?.isValid('/x', query, 0), true)
  assert.equal(other?.isValid('/x', query, 0), false)
})
