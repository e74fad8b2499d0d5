import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { joinBytes } from '#protocol/bytes.ts'
import { stretch } from '#client/crypto/argon2.ts'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { acknowledge } from '#client/receive.ts'
import { checkDrop, revokeDrop } from '#client/sender.ts'
import { fileOf } from '../kit/messages.ts'
import { ciphertextOf, claim, openWhole, openerOf } from '../kit/sealed.ts'
import { spellings } from '../kit/spellings.ts'
import { startServer } from '../tools/server.ts'
import { reach, send } from './support/people.ts'

const TEXT = 'the old lighthouse keeper knows where the ledger is'
const NAME = 'ledger-of-the-lighthouse.txt'
const PASSPHRASE = 'mountain umbrella second carbon'

test('nothing the server keeps or prints can be read: no text, no name, no link, no passphrase', async () => {
  await using server = await startServer()
  const bytes = new TextEncoder().encode(`${TEXT} `.repeat(50))
  const files = [{ ...fileOf(NAME, bytes), type: 'text/x-ledger' }]
  // One waits, one has been read, one has been revoked, one had a wrong passphrase tried on it.
  const waiting = await send(server.url, { text: TEXT, files }, { passphrase: PASSPHRASE })
  const read = await send(server.url, { text: TEXT, files }, { reads: 2 })
  const reader = await generateSigningKey()
  const opened = await openWhole(await claim(read.server, read.opener, reader), read.opener)
  await acknowledge(read.server, read.opener, reader, opened.opened)
  await checkDrop(read.server, read.sealed.ticket, read.sender)
  const revoked = await send(server.url, { text: TEXT })
  await revokeDrop(revoked.server, revoked.sealed.ticket, revoked.sender)
  // Two in parts: one waits, and the other upload was cancelled.
  const large = [...files, fileOf(`large ${NAME}`, joinBytes(Array<Uint8Array>(3_500).fill(bytes)))]
  const parted = await send(server.url, { text: TEXT, files: large })
  expect(parted.sealed.parts).toBeGreaterThan(1)
  const cancelled = await send(server.url, { text: TEXT, files: large })
  await revokeDrop(cancelled.server, cancelled.sealed.ticket, cancelled.sender)
  const wrong = await openerOf(waiting.sealed.link, 'not this', stretch)
  await claim(reach(server.url), wrong, reader).catch(() => undefined)
  await server.stop()

  const secrets = [TEXT, NAME, 'text/x-ledger', PASSPHRASE, 'not this', opened.opened].map((text) => Buffer.from(text))
  for (const { sealed, opener } of [waiting, read, revoked, parted, cancelled]) {
    const fragment = sealed.link.split('#')[1] ?? ''
    secrets.push(Buffer.from(fragment), Buffer.from(opener.identity), Buffer.from(sealed.unfinished.fileKey))
  }
  const kept = [...filesBelow(server.data).map((path) => readFileSync(path)), Buffer.from(server.printed())]
  // An acknowledgement holds the hash of a token that only its sender can check; none of the other secrets may be there.
  const allowed = opened.opened
  for (const secret of secrets) {
    for (const spelling of spellings(new Uint8Array(secret)).map((each) => Buffer.from(each))) {
      const found = kept.some((each) => each.includes(spelling))
      expect(found, secret.toString()).toBe(secret.toString() === allowed && spelling.equals(secret))
    }
  }
  expect(server.printed().trim().split('\n')).toEqual([`Sealdrop is running at ${server.url}`])
})

test('after a drop is burned its ciphertext is no longer on the disk', async () => {
  await using server = await startServer()
  const { sealed, opener, server: reached } = await send(server.url, { text: TEXT })
  const sample = Buffer.from((await ciphertextOf(sealed)).slice(4_000, 4_064))
  const isKept = (): boolean => filesBelow(server.data).some((path) => readFileSync(path).includes(sample))
  expect(isKept()).toBe(true)
  const reader = await generateSigningKey()
  const { opened } = await openWhole(await claim(reached, opener, reader), opener)
  expect(await acknowledge(reached, opener, reader, opened)).toBe(true)
  // The store on a disk reports a deletion a moment before the file is gone.
  await expect.poll(isKept).toBe(false)
  await server.stop()
  expect(isKept()).toBe(false)
})

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}
