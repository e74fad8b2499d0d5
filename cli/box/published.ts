import { boxJsonUrl, checkPublished } from '#client/box/well-known.ts'
import { fetchTransport } from '#client/transport.ts'
import type { BoxAddress } from '#protocol/address.ts'
import { EXIT, Failure } from '../failure.ts'
import { misused } from '../options.ts'
import { say } from '../terminal.ts'

/**
 * Goes on only if a web site publishes the address too: docs/protocol.md §13.11.
 * @param domain - `newsroom.example`
 * @throws Failure
 */
export async function requirePublished(domain: string, address: BoxAddress): Promise<void> {
  const url = boxJsonUrl(domain)
  if (url === undefined) throw misused('--published-by takes a domain, such as newsroom.example')
  const { host } = new URL(url)
  if (!(await isPublished(domain, address, host))) {
    const hint = `nothing was sent; ask the owner another way, and look at ${url}`
    throw new Failure(`${host} does not publish this address`, { exitCode: EXIT.refusedCard, hint })
  }
  say(`this address is also published by ${host}`)
}

async function isPublished(domain: string, address: BoxAddress, host: string): Promise<boolean> {
  try {
    return await checkPublished(domain, address, fetchTransport)
  } catch (cause) {
    throw new Failure(`${host} cannot be reached`, { exitCode: EXIT.tryLater, hint: 'nothing was sent', cause })
  }
}
