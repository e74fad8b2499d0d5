import { expect, test, vi } from 'vitest'
import type { Message } from '#client/archive.ts'
import { hkdfExpand, hkdfExtract } from '#client/crypto/kdf.ts'
import { parseLink } from '#client/link.ts'
import { acknowledge, look } from '#client/receive.ts'
import { checkDrop, reopenDrop, revokeDrop } from '#client/sender.ts'
import { type Bytes, utf8 } from '#protocol/bytes.ts'
import { publicKeyBytes } from '#protocol/public-key.ts'
import { serverVia } from './support/clients.ts'
import {
  openWhole,
  lookAndClaim,
  openerOf,
  depositMessage,
  quickStretch,
  type SealChoices,
  type SealedDrop,
} from '../kit/sealed.ts'
import { fileOf, textMessage } from '../kit/messages.ts'
import { bytesOf, dumpShelves, dumpStore, fingerprint } from './support/everything.ts'
import { newReader } from '../kit/people.ts'
import { mask, nameOf, recorder, type Seen } from './support/recorder.ts'
import { occursIn } from '../kit/spellings.ts'

const PASSPHRASE = 'correct horse battery staple'
const CONTENT = 'the minutes of the secret board meeting'
const MESSAGE: Message = {
  text: 'meet me behind the old observatory at midnight',
  files: [fileOf('whistleblower-evidence.pdf', CONTENT, 'application/x-evidence')],
}

/** All that must stay with the ends. */
async function secretsOf({ sealed, opener }: SealedDrop, passphrase: string): Promise<Record<string, Bytes | string>> {
  const { secret } = parseLink(sealed.link)!
  const prk = hkdfExtract(utf8('sealdrop/v1/link'), secret.bytes)
  const salt = hkdfExpand(prk, 'passphrase', 16)
  const stretched = passphrase === '' ? undefined : await quickStretch(utf8(passphrase), salt)
  const prk2 = hkdfExtract(prk, stretched ?? new Uint8Array(0))
  const { token, fileKey } = sealed.unfinished
  return {
    link: sealed.link.split('#')[1]!,
    'link secret': secret.bytes,
    prk,
    salt,
    prk2,
    'locator seed': hkdfExpand(prk, 'locator', 32),
    'claim seed': hkdfExpand(prk2, 'claim', 32),
    'age seed': hkdfExpand(prk2, 'age', 32),
    'age identity': opener.identity,
    'file key': fileKey,
    token,
    text: MESSAGE.text,
    'file name': MESSAGE.files[0]!.name,
    'media type': MESSAGE.files[0]!.type,
    'file content': CONTENT,
    ...(stretched === undefined ? {} : { stretched, passphrase }),
  }
}

function bytesSeen(seen: readonly Seen[]): Bytes[] {
  return seen.flatMap(({ url, fields, body, answerFields, answer }) => [
    utf8(url),
    utf8([...fields, ...answerFields].map((field) => field.join(': ')).join('\n')),
    body,
    answer,
  ])
}

test(
  'nothing that the worker receives, answers, keeps or prints holds a secret, in any spelling',
  { timeout: 120_000 },
  async () => {
    const printed = (['log', 'info', 'warn', 'error', 'debug', 'trace'] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation(() => {}),
    )
    const { wire, seen } = recorder()
    const server = serverVia(wire)
    const drops = {
      waiting: await depositMessage(server, { message: MESSAGE, passphrase: PASSPHRASE }),
      claimed: await depositMessage(server, { message: MESSAGE }),
      halfRead: await depositMessage(server, { message: MESSAGE, reads: 2, passphrase: PASSPHRASE }),
      read: await depositMessage(server, { message: MESSAGE }),
      revoked: await depositMessage(server, { message: MESSAGE }),
      reopened: await depositMessage(server, { message: MESSAGE, passphrase: PASSPHRASE }),
    }
    const wrong = await openerOf(drops.waiting.sealed.link, 'not the passphrase')
    await expect(lookAndClaim(server, wrong, await newReader())).rejects.toMatchObject({ code: 'wrong_passphrase' })
    for (const { opener } of Object.values(drops)) await look(server, opener)
    for (const { opener } of [drops.claimed, drops.reopened]) await lookAndClaim(server, opener, await newReader())
    for (const { opener } of [drops.halfRead, drops.read]) {
      const reader = await newReader()
      const { opened } = await openWhole(await lookAndClaim(server, opener, reader), opener)
      await acknowledge(server, opener, reader, opened)
    }
    await revokeDrop(server, drops.revoked.sealed.ticket, drops.revoked.sender)
    const { ticket } = drops.reopened.sealed
    const [held] = (await checkDrop(server, ticket, drops.reopened.sender)).claims
    await reopenDrop(server, ticket, drops.reopened.sender, held!.reader)
    for (const print of printed) expect(print).not.toHaveBeenCalled()
    vi.restoreAllMocks()

    const rows = await dumpShelves()
    expect(rows).toHaveLength(6)
    const store = await dumpStore()
    const kept = [...bytesOf(rows), ...store.flatMap(({ key, value }) => [utf8(key), value])]
    const everything = [...kept, ...bytesSeen(seen)]
    for (const drop of Object.values(drops)) {
      const passphrase = drop.sealed.ticket.needsPassphrase ? PASSPHRASE : ''
      for (const [name, secret] of Object.entries(await secretsOf(drop, passphrase)))
        expect([name, occursIn(secret, everything)]).toEqual([name, false])
    }
    // The search finds what is there: the claim key as base64 in the terms, and as bytes on the row.
    const key = publicKeyBytes(drops.waiting.sealed.terms.claim)
    expect([occursIn(key, bytesSeen(seen)), occursIn(key, kept)]).toEqual([true, true])
  },
)

test('the store holds ciphertext as it was sealed, under random keys, and nothing else', async () => {
  const server = serverVia()
  const drops = [
    await depositMessage(server, { message: MESSAGE }),
    await depositMessage(server, { message: MESSAGE, reads: 3 }),
  ]
  const store = await dumpStore()
  const blobs = new Set(store.map(({ value }) => fingerprint(value)))
  for (const { sealed } of drops) expect(blobs.has(fingerprint(await sealed.sealPart(0)))).toBe(true)
  for (const { key, metadata, value } of store) {
    expect(key).toMatch(/^part\/[0-9a-f-]{36}$/)
    expect(metadata).toBeUndefined()
    expect(new TextDecoder().decode(value.slice(0, 21))).toBe('age-encryption.org/v1')
  }
})

test('a shelf holds the declared fields, and no byte of ciphertext', async () => {
  const { sealed } = await depositMessage(serverVia(), { message: MESSAGE })
  const rows = await dumpShelves()
  for (const row of rows) {
    expect(Object.keys(row)).toEqual([
      'id',
      'due',
      'expires',
      'reads',
      'locator',
      'claim',
      'sender',
      'ttl',
      'digest',
      'size',
      'parts',
      'phase',
      'blobs',
      'claims',
      'dismissed',
      'tries',
      'box',
      'authority',
    ])
    for (const value of bytesOf([row])) expect(value.length).toBeLessThan(4_096)
  }
  const values = bytesOf(rows)
  const ciphertext = await sealed.sealPart(0)
  for (let at = 0; at < ciphertext.length - 16; at += 499)
    expect(occursIn(ciphertext.slice(at, at + 16), values)).toBe(false)
})

/** Everything that sender, readers and a guesser do with one drop, as the server sees it, with what is random masked. */
async function transcript(choices: SealChoices): Promise<{ masked: unknown[]; names: unknown[] }> {
  const { wire, seen } = recorder()
  const server = serverVia(wire)
  const { sealed, opener, sender } = await depositMessage(server, choices)
  const { dropId, locator } = opener
  const { nonce } = await look(server, { dropId, locator })
  const vanished = await newReader()
  await lookAndClaim(server, opener, vanished, nonce)
  await look(server, opener)
  await reopenDrop(server, sealed.ticket, sender, vanished.publicKey)
  const wrong = await openerOf((await depositMessage(serverVia(), { passphrase: 'x' })).sealed.link, 'y')
  await expect(lookAndClaim(server, { ...opener, claim: wrong.claim }, vanished)).rejects.toMatchObject({
    code: 'wrong_passphrase',
  })
  await expect(lookAndClaim(server, opener, vanished)).rejects.toMatchObject({ code: 'dismissed' })
  const reader = await newReader()
  const opened = await openWhole(await lookAndClaim(server, opener, reader), opener)
  expect(opened.text).toBe(choices.message?.text)
  await acknowledge(server, opener, reader, opened.opened)
  await checkDrop(server, sealed.ticket, sender)
  await revokeDrop(server, sealed.ticket, sender)
  await expect(lookAndClaim(server, opener, await newReader())).rejects.toMatchObject({ code: 'gone' })
  return { masked: seen.map(mask), names: seen.map(nameOf) }
}

const SMALL = textMessage('x')
const PAIRS: readonly (readonly [string, SealChoices, SealChoices])[] = [
  ['two texts', { message: SMALL }, { message: textMessage('a much longer text, '.repeat(400)) }],
  [
    'a text and three files',
    { message: SMALL },
    { message: { text: '', files: ['salaries.xlsx', 'b.pdf', 'c/d.txt'].map((name) => fileOf(name, name)) } },
  ],
  ['a text in another script', { message: SMALL }, { message: textMessage('это тайна 🗝️') }],
  [
    'no passphrase and a passphrase',
    { message: SMALL },
    { message: SMALL, passphrase: 'a long and winding passphrase' },
  ],
  [
    'two files of one larger class',
    { message: large(131_000, 'a') },
    { message: large(200_000, 'quite another name.bin') },
  ],
]

test.for(PAIRS)('the server cannot tell %s apart', { timeout: 120_000 }, async ([, one, other]) => {
  const [first, second] = [await transcript(one), await transcript(other)]
  expect(first.names).toEqual([
    'create',
    'status',
    'status',
    'claim',
    'status',
    'reopen',
    'status',
    'claim',
    'status',
    'claim',
    'status',
    'claim',
    'ack',
    'sent',
    'revoke',
    'status',
    'claim',
  ])
  expect(second.masked).toEqual(first.masked)
})

test('the server does tell size classes apart: the comparison is one that can fail', async () => {
  const [small, big] = [await transcript({ message: SMALL }), await transcript({ message: large(131_000, 'a') })]
  expect(small.masked).not.toEqual(big.masked)
})

function large(sizeBytes: number, name: string): Message {
  return { text: '', files: [fileOf(name, new Uint8Array(sizeBytes).fill(name.length))] }
}
