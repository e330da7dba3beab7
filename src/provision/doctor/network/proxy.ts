/** The proxy that an address is asked through, as Node and curl read the environment; null: none. Only TLS goes by one. */
export function proxyFor(address: string, env: NodeJS.ProcessEnv): string | null {
  const { protocol, hostname } = new URL(address)
  if (protocol !== 'https:') return null
  const proxy = env['https_proxy'] || env['HTTPS_PROXY'] || null
  if (proxy === null || !URL.canParse(proxy)) return null
  const exceptions = (env['no_proxy'] || env['NO_PROXY'] || '').split(',').map(word => word.trim())
  const isExcepted = exceptions.some(word => {
    const suffix = word.replace(/^\*?\./, '').toLowerCase()
    return word === '*' || (suffix !== '' && (hostname === suffix || hostname.endsWith(`.${suffix}`)))
  })
  return isExcepted ? null : proxy
}
