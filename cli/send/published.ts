import { boxJsonUrl, checkPublished, parseDomain } from '#client/box/well-known.ts'
import type { BoxAddress } from '#protocol/address.ts'
import { transport } from '../network/transport.ts'
import { EXIT, Failure } from '../failure.ts'
import { say } from '../terminal/terminal.ts'
import { misused } from '../command.ts'

/**
 * Goes on only if a web site publishes the address too: docs/protocol.md §13.11.
 * @param typed - `newsroom.example`
 * @throws Failure
 */
export async function requirePublished(typed: string, address: BoxAddress): Promise<void> {
  const domain = parseDomain(typed)
  if (domain === undefined) throw misused('--published-by takes a domain, such as newsroom.example')
  const publication = await checkPublished(domain, address, transport)
  const look = `look at ${boxJsonUrl(domain)}`
  switch (publication) {
    case 'published':
      return say(`this address is also published by ${domain}`)
    case 'another':
      throw refused(`${domain} publishes another address`, look)
    case 'nothing':
      throw refused(`${domain} publishes no address`, look)
    case 'unread':
      throw new Failure(`what ${domain} publishes cannot be read`, {
        exitCode: EXIT.tryLater,
        hint: `nothing was sent; try again later, or ${look}`,
      })
  }
}

function refused(sentence: string, look: string): Failure {
  return new Failure(sentence, {
    exitCode: EXIT.mismatch,
    hint: `nothing was sent; ask the owner another way, and ${look}`,
  })
}
