import { BlockList, isIP } from 'node:net'

/** Variables of the environment, by name. */
type Environment = Readonly<Record<string, string | undefined>>

/**
 * The proxy that the environment names for a URL, as curl and most other programs read it: `https_proxy` or `http_proxy`, else
 * `all_proxy`; in lower case before upper case; without a scheme it is one of HTTP.
 * @returns `undefined` where there is none, or `no_proxy` excepts the server
 */
export function proxyOf({ protocol, hostname, port }: URL, env: Environment): string | undefined {
  const read = (name: string): string => env[name] || env[name.toUpperCase()] || ''
  const named = (read(`${protocol.slice(0, -1)}_proxy`) || read('all_proxy')).trim()
  const host = bare(hostname)
  const place = { host, port: port || (protocol === 'https:' ? '443' : '80') }
  if (
    named === '' ||
    read('no_proxy')
      .split(/[\s,]+/)
      .some((entry) => isExcepted(entry, place))
  )
    return undefined
  return named.includes('://') ? named : `http://${named}`
}

/** Whether an entry of `no_proxy` is about a server: `*`, a name and all names below it, an address, or a range of addresses. */
function isExcepted(entry: string, { host, port }: { readonly host: string; readonly port: string }): boolean {
  if (entry === '*') return true
  const [, name = '', only = port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? [undefined, entry]
  const wanted = bare(name.replace(/^\*?\./, ''))
  if (wanted === '' || only !== port) return false
  const [, address = '', bits = ''] = /^(.+)\/(\d{1,3})$/.exec(wanted) ?? []
  if (bits !== '') return isInRange(host, address, Number(bits))
  return host === wanted || (isIP(host) === 0 && host.endsWith(`.${wanted}`))
}

function isInRange(host: string, address: string, bits: number): boolean {
  const family = isIP(address)
  if (family === 0 || isIP(host) !== family || bits > (family === 4 ? 32 : 128)) return false
  const kind = family === 4 ? 'ipv4' : 'ipv6'
  const range = new BlockList()
  range.addSubnet(address, bits, kind)
  return range.check(host, kind)
}

/** A name as it is compared: an address of IPv6 without brackets, and no dot at the end. */
function bare(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
}
