import { generateSigningKey } from '#client/crypto/keys.ts'
import { randomBytes } from '#client/crypto/random.ts'
import { checkDrop, revokeDrop, reopenDrop } from '#client/sender.ts'
import { memoryStaging } from '#client/staging.ts'
import { look, receiveParts } from '#client/receive.ts'
import { deposit } from '#client/send.ts'
import { isDropError } from '#protocol/error.ts'
import { MAX_TRIES } from '#protocol/limits.ts'
import { fileOf, newPassphrase, openNoted, openerOf, sealNoted, sendNoted, type NotedDrop } from './drops.ts'
import { newNotedKey, unique, uniqueText, type Person } from './person.ts'

/** Uses everything that links have. At the end there are drops that wait, were read, have ended, and never arrived whole. */
export async function practiseLinks(sender: Person, reader: Person): Promise<void> {
  const text = (about: string): string => uniqueText(`${about}: hinter dem Leuchtturm,`)
  await sendNoted(sender, { text: text('waits') })
  await sendNoted(sender, { text: text('soon over') }, { ttlSeconds: 300 })

  const name = `Kündigung für ${uniqueText('Frau Müller').trim()}.odt`
  const file = fileOf(sender, name, unique('Sehr geehrte Frau Müller', 5_000), 'application/x-drill-letter')
  const waiting = await sendNoted(sender, { text: text('with a file'), files: [file] }, { passphrase: newPassphrase() })
  await tryWrongly(reader, waiting, 2)

  const passphrase = newPassphrase()
  const twice = await sendNoted(sender, { text: text('twice'), files: [file] }, { passphrase, reads: 2 })
  await openNoted(reader, twice.sealed.link, passphrase)
  await checkDrop(sender.server, twice.sealed.ticket, twice.sender)
  const once = await sendNoted(sender, { text: text('read once') })
  await openNoted(reader, once.sealed.link)
  await checkDrop(sender.server, once.sealed.ticket, once.sender)

  const revoked = await sendNoted(sender, { text: text('revoked') })
  await revokeDrop(sender.server, revoked.sealed.ticket, revoked.sender)
  const locked = await sendNoted(sender, { text: text('locked') }, { passphrase: newPassphrase() })
  await tryWrongly(reader, locked, MAX_TRIES)

  const vanished = await sendNoted(sender, { text: text('vanished') })
  const key = await claimOnly(reader, vanished)
  await reopenDrop(sender.server, vanished.sealed.ticket, vanished.sender, key)
  await claimOnly(reader, vanished)
  await practiseParts(sender, reader)
}

/** Files in parts: one is opened and waits for its second reader, and the upload of one stops. */
async function practiseParts(sender: Person, reader: Person): Promise<void> {
  const large = fileOf(
    sender,
    `Bänder/${uniqueText('Aufnahme').trim()}.wav`,
    unique('tape', LARGE_BYTES),
    'audio/x-drill',
  )
  const kept = await sendNoted(sender, { text: uniqueText('in parts'), files: [large] }, { reads: 2 })
  await openNoted(reader, kept.sealed.link, '', false)

  const stopped = await sealNoted(sender, { text: uniqueText('stopped'), files: [large] })
  const stop = new AbortController()
  const end = deposit(sender.server, stopped.sealed, {
    sender: stopped.sender,
    signal: stop.signal,
    onProgress: (progress) => {
      if (progress.stage === 'sending' && progress.bytes > STOPPED_AT_BYTES) stop.abort()
    },
  })
  const code = await end.then(
    () => 'deposited',
    (error: unknown) => (isDropError(error) ? error.code : String(error)),
  )
  if (code !== 'stopped') throw new Error(`an upload that was to be interrupted was ${code}`)
}

/** Wrong passphrases, mistyped as people do. Their stretched keys need only be wrong. */
async function tryWrongly(person: Person, { sealed }: NotedDrop, times: number): Promise<void> {
  for (let at = 0; at < times; at++) {
    const opener = await openerOf(person, sealed.link, newPassphrase(), async () => randomBytes(32))
    const parts = receiveParts(person.server, opener, await generateSigningKey(), ONE_PART, memoryStaging())
    const code = await parts.part(0).then(
      () => 'opened',
      (error: unknown) => (isDropError(error) ? error.code : String(error)),
    )
    if (code !== 'wrong_passphrase' && code !== 'gone') throw new Error(`a wrong passphrase was ${code}`)
  }
}

/** Claims and fetches a drop, and never acknowledges it. @returns the reader key of the claim */
async function claimOnly(
  person: Person,
  { sealed }: NotedDrop,
): Promise<Awaited<ReturnType<typeof newNotedKey>>['publicKey']> {
  const opener = await openerOf(person, sealed.link, '')
  const reader = await newNotedKey(person, 'reader')
  const waiting = await look(person.server, { dropId: opener.dropId, locator: opener.locator })
  await receiveParts(person.server, opener, reader, waiting, memoryStaging()).part(0)
  return reader.publicKey
}

const ONE_PART = { size: 0, parts: 1, nonce: undefined }

/** 20 MiB: three parts, of which two have arrived when the upload stops. */
const LARGE_BYTES = 20_971_520
const STOPPED_AT_BYTES = 17_825_792
