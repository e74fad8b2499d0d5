import { DROP_EXTENT_FIELD, formatCommitBody, formatPartQuery } from '#protocol/api.ts'
import { joinBytes, sha256, toBase64, toBase64url, type Bytes } from '#protocol/bytes.ts'
import { DropError, isDropError } from '#protocol/error.ts'
import { formatExtent } from '#protocol/extent.ts'
import { UPLOAD_LIFE_SECONDS } from '#protocol/limits.ts'
import { timeToForget } from './clocks.ts'
import { createdForm, emptyForm, uploadedForm, type Form } from './answers.ts'
import { giveBack } from './memory.ts'
import { stoppable } from './platform.ts'
import type { DepositOptions, Sealed, Ticket } from './sealed.ts'
import { notGone } from './refused.ts'
import { ask, type Call, type Progress, type Server, type Transfer } from './server.ts'
import { readsOf, termsFields } from './terms-fields.ts'

/** Deposits a drop of two parts or more: begins, sends what the server has not, commits. docs/protocol.md §6.1. */
export async function depositParts(server: Server, sealed: Sealed, options: DepositOptions): Promise<Ticket> {
  const transfer: Transfer = { renewedAtMs: server.ticks() }
  const upload = { server, sealed, options, transfer }
  const { size, parts } = sealed
  const expected = { size, parts, reads: readsOf(sealed.terms) }
  const extent = { ...termsFields(sealed), [DROP_EXTENT_FIELD]: formatExtent({ size, parts }) }
  const isBegun = !(await isTooLate(sealed, server))
  if (isBegun)
    await askFor(upload, { name: 'begin', fields: extent, body: new Uint8Array(0) }, createdForm(expected, 201))
  for (let round = 1; ; round++) {
    const asked = { name: 'uploaded', ...signedBy(options) } as const
    const { state, received } = await askFor(upload, asked, uploadedForm(sealed.dropId, expected)).catch(
      (error: unknown) => {
        if (isBegun) return notGone(error)
        throw error
      },
    )
    if (state === 'revoked' || state === 'locked') throw new DropError('gone')
    // In any other state it has been committed, and only the answer was lost: by this sender, who had sealed all of it.
    if (state !== 'uploading' && !isAll(sealed, received)) throw new DropError('bad_answer')
    const isSent = state === 'uploading' ? await sendMissing(upload, received) : false
    const body = formatCommitBody(await hashOfParts(upload))
    try {
      const commit = { name: 'commit', body, ...signedBy(options) } as const
      const { expires } = await askFor(upload, commit, createdForm(expected, 200))
      return { ...sealed.ticket, expiresAtMs: expires * 1_000 }
    } catch (error) {
      // The server has lost some of it meanwhile. It is asked what, a few times; one that contradicts itself is not.
      if (!isDropError(error) || error.code !== 'incomplete' || !isSent || round === MOST_ROUNDS) throw error
    }
  }
}

interface Upload {
  readonly server: Server
  readonly sealed: Sealed
  readonly options: DepositOptions
  readonly transfer: Transfer
}

/**
 * Whether a drop was sealed by a card so long ago that it is not to be begun: by the time it arrives its readers may have deleted
 * the keys. An upload that was begun in time can still be finished. Its sender keeps it nowhere else, so this device's clock alone does
 * not say so. docs/protocol.md §13.3.
 */
async function isTooLate({ ticket, unfinished: { letterhead } }: Sealed, server: Server): Promise<boolean> {
  if (letterhead === undefined || letterhead.to.readers.length === 0) return false
  const untilMs = ticket.sealedAtMs + UPLOAD_LIFE_SECONDS * 1_000
  return (await timeToForget(server, [untilMs])) > untilMs
}

/** Whether this is the drop that was committed, as far as the server tells: of one that has ended it tells nothing. */
function isAll(sealed: Sealed, received: readonly (string | null)[]): boolean {
  return sealed.hashes.every((each, n) => {
    const told = received[n]
    return each?.ciphertext !== undefined && (told === undefined || told === toBase64url(each.ciphertext))
  })
}

/**
 * Sends every part but those that the server has as this client sealed them.
 * @returns whether there was any to send
 */
async function sendMissing(upload: Upload, received: readonly (string | null)[]): Promise<boolean> {
  const { sealed } = upload
  const all = Array.from({ length: sealed.parts }, (_, n) => n)
  const isThere = (n: number): boolean => {
    const digest = sealed.digest(n)
    return digest !== undefined && received[n] === toBase64url(digest)
  }
  await checkAgain(
    upload,
    all.filter((n) => isThere(n) && !sealed.isRead(n)),
  )
  const queue = all.filter((n) => !isThere(n))
  const hasAny = queue.length > 0
  const told = makeTally(upload, queue)
  let failure: unknown
  await stoppable(upload.options.signal, async (stop) => {
    const fly = async (): Promise<void> => {
      try {
        for (let n = queue.shift(); n !== undefined; n = queue.shift()) {
          await sendPart(upload, n, isThere, told, stop.signal)
        }
      } catch (error) {
        failure ??= error
        stop.abort()
      }
    }
    // A caller that hears of a failure may try again at once: by then nothing of this attempt is under way.
    await Promise.all(Array.from({ length: FLIGHTS }, fly))
  })
  if (failure !== undefined) throw failure
  return hasAny
}

async function sendPart(
  upload: Upload,
  n: number,
  isThere: (n: number) => boolean,
  told: Tally,
  signal: AbortSignal,
): Promise<void> {
  const { options, sealed, server, transfer } = upload
  if (signal.aborted) throw new DropError('stopped')
  const body = await sealed.sealPart(n, options.journal)
  const sha256Body = await sealed.digestPart(n, body, options.journal)
  // After a crash between sealing and noting it, only now is it known that the server has the very same.
  if (!isThere(n)) {
    const digest = `sha-256=:${toBase64(sha256Body)}:`
    const onProgress = (progress: Progress): void => told.part(n, progress)
    const part = { body, digest, query: formatPartQuery(n), onProgress, signal }
    await askFor(upload, { name: 'upload', ...part, ...signedBy(options) }, emptyForm(201))
    transfer.renewedAtMs = server.ticks()
  }
  // The server has it. Nothing is given back that failed: it may still be under way.
  giveBack(body)
  told.done(n)
}

/** The parts that an earlier life has sent must still be those of the files: else the rest would not go with them. */
async function checkAgain({ options, sealed }: Upload, numbers: readonly number[]): Promise<void> {
  const total = numbers.reduce((sum, n) => sum + sealed.partSize(n), 0)
  let bytes = 0
  for (const n of numbers) {
    if (options.signal?.aborted === true) throw new DropError('stopped')
    options.onProgress?.({ stage: 'checking', bytes, total })
    await sealed.checkPart(n)
    bytes += sealed.partSize(n)
  }
  if (total > 0) options.onProgress?.({ stage: 'checking', bytes, total })
}

/** SHA-256 over the SHA-256 of every part: of those that this client has sealed, whatever the server says. */
async function hashOfParts({ options: { journal }, sealed }: Upload): Promise<string> {
  const digests: Bytes[] = []
  for (let n = 0; n < sealed.parts; n++) {
    let digest = sealed.digest(n)
    if (digest === undefined) {
      const part = await sealed.sealPart(n, journal)
      digest = await sealed.digestPart(n, part, journal)
      giveBack(part)
    }
    digests.push(digest)
  }
  return toBase64url(await sha256(joinBytes(digests)))
}

interface Tally {
  part(n: number, progress: Progress): void
  done(n: number): void
}

/** Adds up what has gone out of the whole drop, the parts under way included. */
function makeTally({ options: { onProgress }, sealed }: Upload, missing: readonly number[]): Tally {
  const under = new Map<number, number>()
  const { size: total } = sealed
  let there = total - missing.reduce((sum, n) => sum + sealed.partSize(n), 0)
  const tell = (): void => {
    const bytes = [...under.values()].reduce((sum, sent) => sum + sent, there)
    onProgress?.({ stage: 'sending', bytes, total })
  }
  tell()
  return {
    part(n, progress) {
      if (progress.stage === 'waiting') {
        // A part that was on its way has not arrived, whatever the line took of it.
        under.delete(n)
        tell()
        onProgress?.(progress)
      }
      if (progress.stage !== 'sending') return
      under.set(n, Math.min(progress.bytes, sealed.partSize(n)))
      tell()
    },
    done(n) {
      under.delete(n)
      there += sealed.partSize(n)
      tell()
    },
  }
}

function askFor<T>(upload: Upload, call: Call, form: Form<T>): Promise<T> {
  const { options, sealed, server, transfer } = upload
  const { signal } = options
  const onProgress = (progress: Progress): void => {
    if (progress.stage === 'waiting') options.onProgress?.(progress)
  }
  return ask(server, { dropId: sealed.dropId, transfer, signal, onProgress, ...call }, form)
}

function signedBy({ sender }: DepositOptions): Pick<Call, 'signers'> {
  return { signers: { sender } }
}

/** Parts on the way at once. A line is full with two; each more is another part in memory. */
const FLIGHTS = 2

/** How often a server may lose what it had confirmed. */
const MOST_ROUNDS = 3
