import type { Message } from '#client/archive.ts'
import { createBox, publish } from '#client/box/owner.ts'
import type { BoxState } from '#client/box/state.ts'
import { fetchCard, sealForBox, type BoxOrder } from '#client/box/write.ts'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { deposit } from '#client/send.ts'
import type { Sealed } from '#client/sealed.ts'
import type { Server } from '#client/server.ts'
import type { BoxAddress } from '#protocol/address.ts'

/** An owner's choices for a box. */
export interface BoxChoices {
  readonly name?: string
  readonly readerName?: string
  /** Bytes of the largest drop. */
  readonly largest?: number
  readonly invitation?: boolean
}

/** A box that its owner has created and published, by the real client. */
export async function publishBox(server: Server, choices: BoxChoices = {}): Promise<BoxState> {
  const { name = 'The newsroom', readerName = 'Ana', largest = 100_000_000, invitation = false } = choices
  const terms = { largest, invitation }
  const { state } = await createBox({ origin: server.origin, name, readerName, terms, now: Date.now() })
  return publish(server, state, Date.now())
}

/** A message sealed to the present card of a box, by the real client. */
export async function sealTo(
  server: Server,
  address: BoxAddress,
  message: Message,
  changes: Partial<BoxOrder> = {},
): Promise<Sealed & { order: BoxOrder }> {
  const now = Date.now()
  const { card, largest } = await fetchCard(server, address, { now })
  const sender = await generateSigningKey()
  const order = { origin: server.origin, address, card, largest, ttlSeconds: 86_400, sender, now, ...changes }
  return Object.assign(await sealForBox(message, order), { order })
}

/** The same, deposited. */
export async function writeTo(
  server: Server,
  address: BoxAddress,
  message: Message,
  changes: Partial<BoxOrder> = {},
): Promise<Sealed & { order: BoxOrder }> {
  const sealed = await sealTo(server, address, message, changes)
  await deposit(server, sealed, sealed.order)
  return sealed
}
