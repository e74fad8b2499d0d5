import { generateSigningKey } from '#client/crypto/keys.ts'
import { randomBytes } from '#client/crypto/random.ts'
import { checkDrop, revokeDrop, reopenDrop } from '#client/sender.ts'
import { memoryStaging } from '#client/staging.ts'
import { look, receiveParts } from '#client/receive.ts'
import { deposit } from '#client/send.ts'
import { isDropError } from '#protocol/error.ts'
import { MAX_TRIES } from '#protocol/limits.ts'
import { fileOf, newPassphrase, open, openerOf, sealNoted, send, type SentDrop } from './drops.ts'
import { newKey, unique, uniqueText, type Person } from './person.ts'

/** Everything that links do. What waits, was read, ended or never came whole: each kind is there at the end. */
export async function practiseLinks(sender: Person, reader: Person): Promise<void> {
  const text = (about: string): string => uniqueText(`${about}: hinter dem Leuchtturm,`)
  await send(sender, { text: text('waits') })
  await send(sender, { text: text('soon over') }, { ttlSeconds: 300 })

  const name = `Kündigung für ${uniqueText('Frau Müller').trim()}.odt`
  const file = fileOf(sender, name, unique('Sehr geehrte Frau Müller', 5_000), 'application/x-drill-letter')
  const waiting = await send(sender, { text: text('with a file'), files: [file] }, { passphrase: newPassphrase() })
  await tryWrongly(reader, waiting, 2)

  const passphrase = newPassphrase()
  const twice = await send(sender, { text: text('twice'), files: [file] }, { passphrase, reads: 2 })
  await open(reader, twice.sealed.link, passphrase)
  await checkDrop(sender.server, twice.sealed.ticket, twice.sender)
  const once = await send(sender, { text: text('read once') })
  await open(reader, once.sealed.link)
  await checkDrop(sender.server, once.sealed.ticket, once.sender)

  const revoked = await send(sender, { text: text('revoked') })
  await revokeDrop(sender.server, revoked.sealed.ticket, revoked.sender)
  const locked = await send(sender, { text: text('locked') }, { passphrase: newPassphrase() })
  await tryWrongly(reader, locked, MAX_TRIES)

  const vanished = await send(sender, { text: text('vanished') })
  const key = await claimOnly(reader, vanished)
  await reopenDrop(sender.server, vanished.sealed.ticket, vanished.sender, key)
  await claimOnly(reader, vanished)
  await practiseParts(sender, reader)
}

/** Files in parts: one is opened and waits for its other reader, one stopped on its way. */
async function practiseParts(sender: Person, reader: Person): Promise<void> {
  const large = fileOf(
    sender,
    `Bänder/${uniqueText('Aufnahme').trim()}.wav`,
    unique('tape', LARGE_BYTES),
    'audio/x-drill',
  )
  const kept = await send(sender, { text: uniqueText('in parts'), files: [large] }, { reads: 2 })
  await open(reader, kept.sealed.link, '', false)

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

/** Wrong passphrases, as people mistype them. What they stretch to does not matter, as long as it is wrong. */
async function tryWrongly(person: Person, { sealed }: SentDrop, times: number): Promise<void> {
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

/** Fetches a drop, and is never heard of again. @returns the reader key that claimed it */
async function claimOnly(
  person: Person,
  { sealed }: SentDrop,
): Promise<Awaited<ReturnType<typeof newKey>>['publicKey']> {
  const opener = await openerOf(person, sealed.link, '')
  const reader = await newKey(person, 'reader')
  const waiting = await look(person.server, { dropId: opener.dropId, locator: opener.locator })
  await receiveParts(person.server, opener, reader, waiting, memoryStaging()).part(0)
  return reader.publicKey
}

const ONE_PART = { size: 0, parts: 1, nonce: undefined }

/** 20 MiB: three parts, of which two have arrived when the upload stops. */
const LARGE_BYTES = 20_971_520
const STOPPED_AT_BYTES = 17_825_792
