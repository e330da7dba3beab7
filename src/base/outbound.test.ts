import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RelayError } from './errors.ts'
import { type OutboundPolicy, readTarget, requireAllowedAddresses } from './outbound.ts'

const closed: OutboundPolicy = { allowHosts: [], allowCidrs: [] }

function refusal(act: () => unknown): string {
  try {
    act()
  } catch (thrown) {
    if (thrown instanceof RelayError) return thrown.code
    throw thrown
  }
  return 'allowed'
}

function verdict(address: string, resolved: string[], policy: OutboundPolicy): string {
  return refusal(() => requireAllowedAddresses(readTarget(address, policy), resolved, policy))
}

test('every spelling of an inner address is refused before anything is looked up', () => {
  const spellings = [
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0x7f000001/',
    'http://0177.0.0.1/',
    'http://0.0.0.0/',
    'http://0/',
    'http://[::1]/',
    'http://[::]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[::7f00:1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://[fe80::1]/',
    'http://[fc00::1]/',
    'http://[fec0::1]/',
    'http://[fd00:ec2::254]/latest/meta-data/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[::ffff:169.254.169.254]/',
    'http://2852039166/',
    'http://10.0.0.1/',
    'http://017700000001/',
    'http://0x7f.0.0.1/',
    'http://127.0.1/',
    'http://%31%32%37.0.0.1/',
    'http://127.0.0.1./',
    'http://[::127.0.0.1]/',
    'http://[::ffff:0:127.0.0.1]/',
    'http://[::ffff:0:0:7f00:1]/',
    'http://[64:ff9b::169.254.169.254]/',
    'http://[64:ff9b:1::7f00:1]/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://0xa9fea9fe/',
    'http://0251.0376.0251.0376/',
    'http://169.254.43518/',
    'http://100.100.100.200/latest/meta-data/',
    'http://192.0.0.192/opc/v2/',
    'http://168.63.129.16./',
    'http://[fd20:ce::254]/',
    'http://metadata/',
    'http://METADATA.GOOGLE.INTERNAL./',
    'http://instance-data.ec2.internal/',
    'http://[2001:0:7f00:1::]/',
    'http://[2002:a9fe:a9fe::1]/',
    'http://[ff02::1]/',
    'http://[2001:db8::1]/',
    'http://[100::1]/',
    'http://[3fff::1]/',
    'http://[5f00::1]/',
    'http://240.0.0.1/',
    'http://172.16.0.1/',
    'http://192.168.1.1/',
    'http://100.64.0.1/',
    'http://198.18.0.1/',
    'http://192.0.2.1/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
    'http://localhost/',
    'http://LOCALHOST./',
    'http://a.localhost/',
    'http://nas.local/',
    'http://metadata.google.internal/',
    'http://router.home.arpa/',
    'http://intranet/',
    'http://ⓛocalhost/',
    'http://127。0。0。1/',
    'http://example.org:22/',
    'https://example.org:6379/',
  ]
  const allowed = spellings.filter(address => refusal(() => readTarget(address, closed)) !== 'url_forbidden')
  assert.deepEqual(allowed, [])
})

test('what no owner could allow is bad input: another scheme, and a login in the address', () => {
  const spellings = [
    ...['http://user@example.org/', 'http://user:word@example.org/', 'https://:word@example.org/'],
    ...['file:///etc/passwd', 'ftp://example.org/a.mp3', 'gopher://example.org/', 'data:audio/mp3,x'],
  ]
  for (const policy of [closed, { allowHosts: ['example.org'], allowCidrs: ['0.0.0.0/0'] }]) {
    const codes = spellings.map(address => refusal(() => readTarget(address, policy)))
    assert.deepEqual([...new Set(codes)], ['invalid_input'])
  }
})

test('what is no address at all is bad input, and the message does not repeat a long one', () => {
  assert.equal(
    refusal(() => readTarget('episode 12', closed)),
    'invalid_input',
  )
  assert.throws(
    () => readTarget(`//${'x'.repeat(500)}`, closed),
    (error: Error) => error.message.length < 200,
  )
})

test('public names on web ports are allowed when every address behind them is public', () => {
  assert.equal(verdict('https://example.org/a.mp3', ['93.184.215.14', '2606:2800:21f::1'], closed), 'allowed')
  assert.equal(verdict('http://example.org:8080/a.mp3', ['93.184.215.14'], closed), 'allowed')
  assert.equal(verdict('https://example.org/', ['93.184.215.14', '127.0.0.1'], closed), 'url_forbidden')
  assert.equal(verdict('https://example.org/', ['169.254.169.254'], closed), 'url_forbidden')
  assert.equal(verdict('https://example.org/', ['not an address'], closed), 'url_forbidden')
})

test('a public name that leads to an inner address in any form is refused, also beside a public one', () => {
  const inner = [
    ...['127.0.0.1', '0.0.0.0', '10.1.2.3', '172.31.255.255', '192.168.0.1', '169.254.169.254'],
    ...['100.64.0.1', '100.100.100.200', '192.0.0.192', '168.63.129.16', '224.0.0.1', '255.255.255.255'],
    ...['::', '::1', '::127.0.0.1', '::ffff:127.0.0.1', '::ffff:a9fe:a9fe', '::ffff:0:7f00:1'],
    ...['64:ff9b::7f00:1', '64:ff9b:1::a9fe:a9fe', '2002:7f00:1::', '2001::1', 'fe80::1', 'fe80::1%eth0'],
    ...['fc00::1', 'fd00:ec2::254', 'fd20:ce::254', 'fec0::1', 'ff02::1', '2001:db8::1', ''],
  ]
  const allowed = inner.filter(
    address =>
      verdict('https://example.org/', [address], closed) !== 'url_forbidden' ||
      verdict('https://example.org/', ['93.184.215.14', address], closed) !== 'url_forbidden',
  )
  assert.deepEqual(allowed, [])
})

test('an allowed network opens its addresses and, where one is named, only that port', () => {
  const policy = { allowHosts: [], allowCidrs: ['127.0.0.1/32:8123', '192.168.0.0/16', 'fd00::/8:9000'] }
  assert.equal(verdict('http://127.0.0.1:8123/', ['127.0.0.1'], policy), 'allowed')
  assert.equal(verdict('http://127.0.0.1:8124/', ['127.0.0.1'], policy), 'url_forbidden')
  assert.equal(verdict('http://127.0.0.2:8123/', ['127.0.0.2'], policy), 'url_forbidden')
  assert.equal(verdict('http://localhost:8123/', ['127.0.0.1'], policy), 'allowed')
  assert.equal(verdict('http://localhost:8123/', ['127.0.0.1', '::1'], policy), 'url_forbidden')
  assert.equal(verdict('http://nas.local:5000/', ['192.168.1.9'], policy), 'allowed')
  assert.equal(verdict('http://nas.local:5000/', ['10.0.0.9'], policy), 'url_forbidden')
  assert.equal(verdict('http://[fd00::5]:9000/', ['fd00::5'], policy), 'allowed')
  assert.equal(verdict('http://169.254.169.254/', ['169.254.169.254'], policy), 'url_forbidden')
})

test('an allowed name opens private addresses, but never link-local ones', () => {
  const policy = { allowHosts: ['nas.local', 'audio.lan:9000'], allowCidrs: [] }
  assert.equal(verdict('http://nas.local:1234/', ['192.168.1.9'], policy), 'allowed')
  assert.equal(verdict('http://NAS.local/', ['100.101.102.103'], policy), 'allowed')
  assert.equal(verdict('http://nas.local/', ['169.254.169.254'], policy), 'url_forbidden')
  assert.equal(verdict('http://audio.lan:9000/', ['10.0.0.1'], policy), 'allowed')
  assert.equal(verdict('http://audio.lan:9001/', ['10.0.0.1'], policy), 'url_forbidden')
  assert.equal(verdict('http://other.local/', ['192.168.1.9'], policy), 'url_forbidden')
})

test('a rule that cannot be read stops everything rather than being skipped', () => {
  for (const entry of ['127.0.0.1', '127.0.0.1/33', '300.0.0.1/8', 'nas/24', '::1/129']) {
    const policy = { allowHosts: [], allowCidrs: [entry] }
    assert.equal(
      refusal(() => readTarget('http://10.0.0.1/', policy)),
      'invalid_config',
      entry,
    )
  }
})

test('a refusal says what its owner would type, and never how to open the addresses of a cloud’s metadata', () => {
  const hintOf = (address: string, resolved: readonly string[] = []) => {
    try {
      requireAllowedAddresses(readTarget(address, closed), resolved, closed)
    } catch (thrown) {
      return thrown instanceof RelayError ? thrown.hint : null
    }
    return null
  }
  assert.match(
    hintOf('http://127.0.0.1:8123/a.mp3') ?? '',
    /^The owner of the machine that fetches .* RELAYQ_ALLOW_CIDRS=127\.0\.0\.1\/32:8123$/,
  )
  assert.match(hintOf('http://[fd00::5]/a.mp3') ?? '', / RELAYQ_ALLOW_CIDRS=fd00::5\/128:80$/)
  assert.match(hintOf('http://nas.local/a.mp3') ?? '', / RELAYQ_ALLOW_HOSTS=nas\.local:80$/)
  assert.match(hintOf('https://a.example/a.mp3', ['10.0.0.7']) ?? '', / RELAYQ_ALLOW_HOSTS=a\.example:443$/)
  for (const hint of [hintOf('http://169.254.169.254/'), hintOf('http://a.example/', ['169.254.169.254'])]) {
    assert.match(hint ?? '', /RELAYQ_ALLOW_CIDRS/)
    assert.doesNotMatch(hint ?? '', /=/)
  }
})
