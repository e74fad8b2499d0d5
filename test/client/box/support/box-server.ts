import type { Server } from '#client/server.ts'
import type { Exchange } from '#client/transport.ts'
import type { BoxAddress } from '#protocol/address.ts'
import { BOX_ADDRESS_FIELD, BOX_READER_FIELD, REQUESTS } from '#protocol/api.ts'
import { parseInviteBody, parsePublishBody, type InvitationState } from '#protocol/box-api.ts'
import { readCard, type Card } from '#protocol/card.ts'
import { epochAt } from '#protocol/epoch.ts'
import { refuses, says, type Reply } from '../../../kit/network.ts'

/** A server that holds one box as docs/protocol.md §13 says, over a network that a test makes up. It checks no signature. */
export interface BoxServer extends Server {
  readonly asked: readonly string[]
  /** The published cards, by epoch. */
  readonly cards: () => readonly Card[]
  readonly published: () => Published
  /** The announcements of readers. */
  readonly announced: Map<string, string>
  readonly invitations: Map<string, InvitationState>
  /** The transport that answers the next request instead. */
  hand: ((request: string) => Reply | undefined) | undefined
  now: number
}

export type Published = readonly { readonly jws: string; readonly card: Card }[]

/** @param before - the cards that have been published already. */
export function boxServer(address: BoxAddress, now: number, before: Published = []): BoxServer {
  const asked: string[] = []
  let published = before
  const announced = new Map<string, string>()
  const invitations = new Map<string, InvitationState>()

  const server: BoxServer = {
    origin: 'https://drop.example',
    patienceMs: 0,
    asked,
    announced,
    invitations,
    hand: undefined,
    now,
    cards: () => published.map(({ card }) => card),
    published: () => published,
    clock: () => server.now,
    ticks: () => server.now,
    wait: async () => {},
    transport: async (exchange) => {
      const name = Object.entries(REQUESTS).find(([, { path }]) => exchange.url.endsWith(path))?.[0] ?? exchange.url
      asked.push(name)
      if (name !== 'limits' && exchange.fields[BOX_ADDRESS_FIELD] !== address) throw new Error('another box')
      const reply = server.hand?.(name) ?? (await answer(name, exchange))
      return reply(exchange)
    },
  }
  return server

  async function answer(name: string, { body = new Uint8Array(0), fields }: Exchange): Promise<Reply> {
    if (name === 'limits') return says({ largest: 1_000, time: Math.floor(server.now / 1_000) })
    if (name !== 'card' && !`${fields['Signature-Input']}`.includes(`tag="sealdrop-${name}-`))
      return refuses('not_proved')
    const present = published.find(({ card }) => card.epoch === epochAt(server.now)) ?? published.at(-1)
    if (name === 'card') return present === undefined ? refuses('gone') : says({ card: present.jws, largest: 1_000 })
    if (name === 'publish') return publish(parsePublishBody(body) ?? [])
    if (name === 'keys') {
      const jws = new TextDecoder().decode(body)
      announced.set(fields[BOX_READER_FIELD] ?? '', jws)
      return says({ keys: [jws] })
    }
    if (name === 'readers') return says({ keys: [...announced.values()] })
    if (name === 'invitations') return says({ invitations: [...invitations.values()] })
    const invitation = name === 'invite' ? parseInviteBody(body) : undefined
    if (invitation === undefined) return refuses('bad_request')
    if (invitation.items === 0 && invitation.bytes === 0) invitations.delete(invitation.hash)
    else invitations.set(invitation.hash, invitation)
    return says({ invitations: [...invitations.values()] })
  }

  async function publish(cards: readonly string[]): Promise<Reply> {
    const read = await Promise.all(cards.map(async (jws) => ({ jws, card: (await readCard(jws, address)).card })))
    const serials = new Set(read.map(({ card }) => card.serial))
    const [serial = 0] = serials
    if (read.length === 0 || serials.size !== 1) return refuses('bad_request')
    const known = published[0]?.card.serial ?? -1
    const isSame = published.map(({ jws }) => jws).join() === cards.join()
    if (serial < known || (serial === known && !isSame)) return refuses('outdated')
    published = read
    return says({})
  }
}
