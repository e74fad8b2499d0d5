import { generateSigningKey, type SigningKey } from '#client/crypto/keys.ts'
import { deriveOpener, locate, parseFragment, type LinkSecret, type Location, type Opener } from '#client/link.ts'
import { acknowledge, claim, claimsOf, look, open as openSealed, provedClaims } from '#client/receive.ts'
import type { Opened, Waiting } from '#client/receive.ts'
import { Refused } from '#client/refused.ts'
import type { Progress } from '#client/server.ts'
import type { Receipt } from '#protocol/api.ts'
import type { Bytes } from '#protocol/bytes.ts'
import { DropError, isDropError } from '#protocol/error.ts'
import type { Proof } from '../state.ts'
import { open as words } from '../words/reading.ts'
import { makeSaving, type Saving } from './saving.ts'
import { failureOf, LOOK_PATIENCE_MS, serverOf, WORK_PATIENCE_MS, type Tools } from './tools.ts'

export interface Opening extends Saving {
  /** Asks what waits behind a link. Consumes nothing; goes on with what this browser has claimed before. */
  arrive(fragment: string): Promise<void>
  /** Claims, opens and acknowledges. Only ever called by a press, or for what was claimed before. */
  open(passphrase: string): Promise<void>
}

/** What is known of the link on the screen. */
interface Session {
  readonly secret: LinkSecret
  readonly place: Location
  waiting?: Waiting
  opener?: Opener
  reader?: SigningKey
  ciphertext?: Bytes
  /** The person has been told that a reload may lose what is claimed. */
  isWarned?: boolean
}

export function makeOpening(tools: Tools): Opening {
  const { dispatch, device, state, store, stretch } = tools
  let session: Session | undefined
  let message: Opened | undefined
  const saving = makeSaving(tools, () => ({ message, ciphertext: session?.ciphertext }))

  return {
    ...saving,

    async arrive(fragment) {
      dispatch({ type: 'looked-for' })
      const secret = parseFragment(fragment)
      if (secret === undefined) return dispatch({ type: 'damaged' })
      try {
        session = { secret, place: await locate(secret) }
        if (!secret.needsPassphrase) session.opener = await deriveOpener(secret, '', stretch)
        const reader = await storedReader(session)
        if (reader !== undefined) session.reader = reader
        await find(session)
      } catch (error) {
        if (session === undefined) return dispatch({ type: 'failed', fault: { at: 'server', code: 'broken' } })
        await explain(session, error)
      }
    },

    async open(passphrase) {
      if (session === undefined) return
      const current = session
      dispatch({ type: 'worked', work: { stage: 'starting' } })
      try {
        const opener = await openerFor(current, passphrase)
        const reader = await device.alone(`sealdrop ${current.place.dropId}`, () => readerFor(current))
        if (reader === undefined) return warn(current)
        await fetchAndOpen(current, opener, reader)
      } catch (error) {
        await explain(current, error)
      }
    },
  }

  /** Looks, and shows what there is. */
  async function find(current: Session, note?: 'dismissed'): Promise<void> {
    const { opener, place, reader, secret } = current
    let waiting: Waiting
    try {
      waiting = await look(serverOf(tools, LOOK_PATIENCE_MS), opener ?? place)
    } catch (error) {
      if (isDropError(error) && error.code === 'gone') return await end(current, 'gone', claimsOf(error))
      throw error
    }
    current.waiting = waiting
    const mine = waiting.claims.find((receipt) => receipt.reader === reader?.publicKey)
    if (mine !== undefined && mine.ack === undefined && opener !== undefined && reader !== undefined) {
      // Claimed by this browser before a reload or a crash: nothing new is consumed.
      return await fetchAndOpen(current, opener, reader)
    }
    // With a passphrase nobody can tell yet whose claim it is: this browser's own may go on.
    const mayGoOn = secret.needsPassphrase && reader !== undefined
    if (waiting.state === 'read') return await end(current, 'gone', waiting.claims)
    if (waiting.state === 'claimed' && !mayGoOn) return await end(current, 'claimed', waiting.claims)
    dispatch({
      type: 'found',
      note: note ?? (mayGoOn ? 'resumed' : undefined),
      waiting: {
        expiresAtMs: waiting.expires * 1_000,
        reads: waiting.reads,
        sizeBytes: waiting.size,
        needsPassphrase: secret.needsPassphrase,
      },
    })
  }

  async function fetchAndOpen(current: Session, opener: Opener, reader: SigningKey): Promise<void> {
    const { nonce, reads = 1 } = current.waiting ?? {}
    // A nonce is good for one claim; another try makes its own.
    if (current.waiting !== undefined) current.waiting = { ...current.waiting, nonce: undefined }
    const onProgress = (work: Progress): void => dispatch({ type: 'worked', work })
    current.ciphertext = await claim(serverOf(tools, WORK_PATIENCE_MS), opener, reader, nonce, onProgress)
    dispatch({ type: 'worked', work: { stage: 'opening' } })
    message = await openSealed(current.ciphertext, opener)
    const files = message.files.map(({ bytes, ...file }) => ({ ...file, sizeBytes: bytes.length }))
    dispatch({ type: 'opened', message: { text: message.text, files, reads } })
    await tell(opener, reader, message.opened)
  }

  /** Acknowledges, for as long as it takes. The message is on the screen meanwhile. */
  async function tell(opener: Opener, reader: SigningKey, token: string): Promise<void> {
    for (;;) {
      try {
        const isBurned = await acknowledge(serverOf(tools, LOOK_PATIENCE_MS), opener, reader, token)
        dispatch({ type: 'acknowledged', ack: isBurned ? 'burned' : 'shared' })
        break
      } catch (error) {
        const code = isDropError(error) ? error.code : 'offline'
        // Only these say that the server holds it no longer. After any other answer it may, and the reader key is still good.
        if (code === 'gone' || code === 'dismissed' || code === 'claimed') {
          dispatch({ type: 'acknowledged', ack: 'ended' })
          break
        }
        dispatch({ type: 'acknowledged', ack: 'late' })
        await device.wait(RETRY_MS)
      }
    }
    await forget(opener)
    // From here on neither a reload nor the back button asks for it again. Over another page it is done on the way back.
    if (state().page === 'main') device.address('')
  }

  async function explain(current: Session, error: unknown): Promise<void> {
    if (!isDropError(error)) return dispatch({ type: 'failed', fault: { at: 'server', code: failureOf(error) } })
    switch (error.code) {
      case 'wrong_passphrase': {
        delete current.opener
        const triesLeft = error instanceof Refused ? error.triesLeft : undefined
        return dispatch({ type: 'failed', fault: { at: 'passphrase', triesLeft } })
      }
      case 'gone':
      case 'claimed':
        return await end(current, error.code, claimsOf(error))
      case 'open_failed':
        return dispatch({ type: 'not-readable' })
      case 'dismissed':
        await forget(current.place)
        delete current.reader
        return await find(current, 'dismissed').catch((again: unknown) =>
          dispatch({ type: 'failed', fault: { at: 'server', code: failureOf(again) } }),
        )
      default:
        return dispatch({ type: 'failed', fault: { at: 'server', code: failureOf(error) } })
    }
  }

  async function end(current: Session, cause: 'gone' | 'claimed', claims: readonly Receipt[]): Promise<void> {
    const { opener, reader } = current
    const proved = opener === undefined ? [] : await provedClaims(serverOf(tools, 0), opener, claims)
    const proofs = proved.map((receipt): Proof => ({
      atMs: (receipt.ack?.claim.created ?? receipt.claim.created) * 1_000,
      isOpened: receipt.ack !== undefined,
      isMine: receipt.reader === reader?.publicKey,
    }))
    if (cause === 'gone') await forget(current.place)
    dispatch({ type: 'ended', cause, proofs })
  }

  async function openerFor(current: Session, passphrase: string): Promise<Opener> {
    const report = (done: number): void => dispatch({ type: 'worked', work: { stage: 'stretching', done } })
    current.opener ??= await deriveOpener(current.secret, passphrase, stretch, report)
    return current.opener
  }

  /** @throws if the part of the page that keeps things could not be loaded: without it nothing may be claimed. */
  async function storedReader(current: Session): Promise<SigningKey | undefined> {
    const kept = await store()
    let isLasting = kept.isLasting
    let key: SigningKey | undefined
    try {
      await kept.forgetOldReaders(device.clock())
      key = (await kept.reader(current.place.dropId))?.key
    } catch {
      isLasting = false
    }
    dispatch({ type: 'store-found', isLasting })
    current.isWarned = !isLasting
    return key
  }

  /**
   * The reader key of this browser for this drop, stored before anything is claimed with it.
   * @returns `undefined` where it could not be stored, and the person does not know yet
   */
  async function readerFor(current: Session): Promise<SigningKey | undefined> {
    if (current.waiting === undefined) throw new DropError('bad_answer')
    const { dropId } = current.place
    const kept = await store()
    // Another tab may have made one meanwhile.
    const found = await kept.reader(dropId).catch(() => undefined)
    const key = found?.key ?? current.reader ?? (await generateSigningKey())
    current.reader = key
    try {
      await kept.keepReader(dropId, { key, expiresAtMs: current.waiting.expires * 1_000 })
    } catch {
      if (current.isWarned !== true) return undefined
    }
    return key
  }

  /** Nothing has been claimed. Whoever presses again knows that this browser cannot keep it through a reload. */
  function warn(current: Session): void {
    current.isWarned = true
    dispatch({ type: 'store-found', isLasting: false })
    dispatch({ type: 'worked', work: undefined })
    dispatch({ type: 'announced', text: words.notLasting })
  }

  async function forget({ dropId }: Location): Promise<void> {
    try {
      await (await store()).forgetReader(dropId)
    } catch {
      // It is removed when the drop expires.
    }
  }
}

/** How long to leave a server alone that could not be told, in milliseconds. */
const RETRY_MS = 10_000
