import { accessOfReturn, accessOfState, type Access } from '#client/box/access.ts'
import { parseWriteTarget } from '#client/box/address-link.ts'
import { collectParts, deleteItems, listItems, openItem, type OpenedItem } from '#client/box/inbox.ts'
import { announceKeys, join, makeReaderCode } from '#client/box/joining.ts'
import { addReader } from '#client/box/owner.ts'
import { invite, uninvite } from '#client/box/invitations.ts'
import { deriveReturn, newReturnCode, type ReturnCode } from '#client/box/return.ts'
import { rootOf } from '#client/box/root.ts'
import type { BoxState } from '#client/box/state.ts'
import { sealAnswer } from '#client/box/write.ts'
import { stretch } from '#client/crypto/argon2.ts'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { acknowledge } from '#client/receive.ts'
import { deposit } from '#client/send.ts'
import { type Sealed } from '#client/sealed.ts'
import { checkDrop, reopenDrop, revokeDrop } from '#client/sender.ts'
import type { Server } from '#client/server.ts'
import { memoryStaging } from '#client/staging.ts'
import { boxAddressBytes, type BoxAddress } from '#protocol/address.ts'
import { sha256, toBase64, toBase64url, type Bytes } from '#protocol/bytes.ts'
import type { DropId } from '#protocol/id.ts'
import { publicKeyBytes } from '#protocol/public-key.ts'
import { fileOf } from '../../kit/messages.ts'
import { claim, openWhole, openerOf } from '../../kit/sealed.ts'
import { reach, send } from './people.ts'
import { randomNoise } from '../../kit/bytes.ts'
import { publishBox, writeTo } from '../../kit/owned-boxes.ts'

/** Drops and boxes left by people who used everything once. */
export interface Day {
  /** A drop behind a link, waiting; it has a passphrase, and a wrong one was tried. */
  readonly waiting: DropId
  /** A drop in parts, waiting. */
  readonly parted: DropId
  /** A box with a card, two readers, an invitation and some drops; and one of the drops. */
  readonly box: BoxAddress
  readonly item: DropId
}

/** A day on a server: links, passphrases, files in parts, receipts, boxes, invitations, answers. */
export async function spendDay(origin: string): Promise<Day> {
  const { waiting, parted } = await useLinks(origin)
  return { waiting, parted, ...(await useBoxes(reach(origin))) }
}

async function useLinks(origin: string): Promise<Pick<Day, 'waiting' | 'parted'>> {
  const waiting = await send(origin, { text: 'waits' }, { passphrase: 'a long walk', reads: 2 })
  const reader = await generateSigningKey()
  const wrong = await openerOf(waiting.sealed.link, 'a short walk', stretch)
  await claim(waiting.server, wrong, reader).catch(() => undefined)
  const opened = await openWhole(await claim(waiting.server, waiting.opener, reader), waiting.opener)
  await acknowledge(waiting.server, waiting.opener, reader, opened.opened)
  await claim(waiting.server, waiting.opener, await generateSigningKey())

  const reopened = await send(origin, { text: 'claimed by who vanished' })
  await claim(reopened.server, reopened.opener, reader)
  await reopenDrop(reopened.server, reopened.sealed.ticket, reopened.sender, reader.publicKey)
  const burned = await send(origin, { text: 'opened', files: [fileOf('a.txt', randomNoise(100))] })
  const whole = await openWhole(await claim(burned.server, burned.opener, reader), burned.opener)
  await acknowledge(burned.server, burned.opener, reader, whole.opened)
  await checkDrop(burned.server, burned.sealed.ticket, burned.sender)
  const revoked = await send(origin, { text: 'taken back' })
  await revokeDrop(revoked.server, revoked.sealed.ticket, revoked.sender)
  const parted = await send(origin, { files: [fileOf('film.bin', randomNoise(9_000_000))] })
  return { waiting: waiting.sealed.dropId, parted: parted.sealed.dropId }
}

async function useBoxes(server: Server): Promise<Pick<Day, 'box' | 'item'>> {
  const { origin } = server
  let state = await publishBox(server, { largest: 50_000_000, invitation: true })
  const second = await join({ origin, box: state.box, readerName: 'Ben', now: Date.now() })
  state = await addReader(server, state, (await makeReaderCode(server, second, Date.now(), stretch)).code, Date.now())
  await announceKeys(server, second, Date.now())
  const order = { label: 'for Cleo', items: 5, bytes: 20_000_000, lifeSeconds: 86_400 }
  const ended = await invite(server, state, order)
  const hash = await hashOf(ended.link)
  const { state: invited, link } = await invite(server, await uninvite(server, ended.state, hash), order)
  const { invitation } = parseWriteTarget(link) ?? {}

  const code = newReturnCode()
  const first = await write(server, invited, { text: 'a tip', code, invitation })
  const kept = await write(server, invited, { text: 'another', invitation })
  const access = await accessOfState(invited)
  await answer(server, invited, await openNewestOf(server, access, first.dropId), 'which one?')
  await listItems(server, accessOfReturn(await deriveReturn(code)), ALL)
  // An address without a card accepts drops from anyone.
  const { key: root } = await rootOf(invited)
  await deleteItems(server, root, invited.box, [first.dropId])
  await announce(server, invited.box, invitation)
  return { box: invited.box, item: kept.dropId }
}

interface Letter {
  readonly text: string
  readonly code?: ReturnCode
  readonly invitation?: Bytes | undefined
}

function write(server: Server, { box }: BoxState, { text, code, invitation }: Letter): Promise<Sealed> {
  const changes = { ttlSeconds: 1_209_600, returnCode: code, invitation }
  return writeTo(server, box, { text, files: [] }, changes)
}

async function answer(server: Server, { box, origin }: BoxState, { reply }: OpenedItem, text: string): Promise<void> {
  if (reply === undefined) throw new Error('the tip takes no answers')
  const sender = await generateSigningKey()
  const order = { origin, to: reply, from: box, ttlSeconds: 1_209_600, sender, now: Date.now() }
  await deposit(server, await sealAnswer({ text, files: [] }, order), { sender })
}

async function openNewestOf(server: Server, access: Access, id: DropId): Promise<OpenedItem> {
  const item = (await listItems(server, access, ALL)).items.find(({ drop }) => drop === id)
  if (item === undefined) throw new Error('what was sent is not listed')
  return openItem(collectParts(server, access, item, memoryStaging()), access, item)
}

/** Begins an upload for a box and goes away. */
async function announce({ origin }: Server, box: BoxAddress, invitation: Bytes | undefined): Promise<void> {
  const sender = toBase64(publicKeyBytes((await generateSigningKey()).publicKey))
  const { status } = await fetch(`${origin}/v1/drops/begin`, {
    method: 'POST',
    headers: {
      'Drop-Id': toBase64url(randomNoise(16)),
      'Drop-Terms': `ttl=86400, box=:${toBase64(boxAddressBytes(box))}:, sender=:${sender}:`,
      'Drop-Extent': 'size=9000000, parts=2',
      'Box-Invitation': toBase64url(invitation ?? randomNoise(16)),
    },
  })
  if (status !== 201) throw new Error(`begin was answered with ${status}`)
}

async function hashOf(link: string): Promise<string> {
  return toBase64url(await sha256(parseWriteTarget(link)?.invitation ?? randomNoise(16)))
}

const ALL = { order: 'after', seq: 0, most: 100 } as const
