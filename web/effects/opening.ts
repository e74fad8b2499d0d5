import { locate, readLink, type Opener } from '#client/link.ts'
import { claimsOf, look, provedClaims, type Shown, type Waiting } from '#client/receive.ts'
import { Refused } from '#client/refused.ts'
import { isDropError } from '#protocol/error.ts'
import { memoryDisk } from '../disk.ts'
import type { OpenFault, OpenNote, Proof } from '../reading-state.ts'
import type { State } from '../state.ts'
import { makeArriving, type Arriving } from './arriving.ts'
import { makeReaders } from './readers.ts'
import { diskThatWorks, findRoom } from './room.ts'
import { makeSaving, type Saving } from './saving.ts'
import { openerFor, tell, waitingDrop, type Session } from './session.ts'
import { failureOf, LOOK_PATIENCE_MS, serverOf, type Tools } from './tools.ts'

export interface Opening extends Saving, Pick<Arriving, 'pause' | 'remove'> {
  /** Asks what waits behind a link. Consumes nothing; goes on with what this browser has claimed before. */
  arrive(fragment: string): Promise<void>
  /** Claims, opens and acknowledges. Only ever called by a press, or for what was claimed before. */
  open(passphrase: string): Promise<void>
  /** Receives what was paused to its end. */
  goOn(): Promise<void>
  /** Stops, and removes what has come in. The claim stays with this browser. */
  cancel(): Promise<void>
}

export function makeOpening(tools: Tools): Opening {
  const { dispatch, state, store } = tools
  let session: Session | undefined
  let arrivals = 0
  const readers = makeReaders(tools)
  const arriving = makeArriving(tools, readers, () => session)
  const saving = makeSaving(
    tools,
    () => session,
    () => arriving.settle(),
  )

  return {
    ...saving,
    pause: () => arriving.pause(),
    remove: () => arriving.remove(),

    async arrive(fragment) {
      // Left while this code was on its way.
      if (fragment === '') return
      const last = session
      const arrival = ++arrivals
      last?.stop?.abort()
      dispatch({ type: 'looked-for' })
      const secret = readLink(fragment)?.secret
      if (secret === undefined) return dispatch({ type: 'damaged' })
      let current: Session | undefined
      try {
        const place = await locate(secret)
        if (arrival !== arrivals) return
        session = current = { secret, place, isShown: () => arrival === arrivals && !AWAY.has(state().main.at) }
        // What did not open is not tried again: the server still has what it sent.
        if (last?.place.dropId === place.dropId && last.message === undefined) await last.stage?.clear().catch(ignore)
        if (!secret.needsPassphrase) await openerFor(tools, current, '')
        await readers.recall(current)
        if (current.whole !== undefined && (await isKeptHere(current))) return await findKept(current)
        await find(current)
      } catch (error) {
        if (current === undefined) return dispatch({ type: 'failed', fault: { at: 'server', code: failureOf(error) } })
        await explain(current, error)
      }
    },

    async open(passphrase) {
      const current = session
      if (current === undefined) return
      tell(tools, current, { type: 'worked', work: { stage: 'starting' } })
      try {
        const opener = await openerFor(tools, current, passphrase)
        // Who left meanwhile has claimed nothing.
        if (!current.isShown()) return
        if (current.whole !== undefined) return await openKept(current, opener)
        const reader = await readers.keyFor(current)
        if (reader === undefined) return
        // Who goes on where a first part lies claims nothing, so nobody would say that a passphrase is wrong.
        if (current.secret.needsPassphrase && (await arriving.hasBegun(current)))
          current.waiting = await look(serverOf(tools, LOOK_PATIENCE_MS), opener)
        await arriving.fetch(current, opener, reader)
      } catch (error) {
        await explain(current, error)
      }
    },

    async goOn() {
      const current = session
      const { opener, reader } = current ?? {}
      if (current === undefined || opener === undefined) return
      dispatch({ type: 'flowed', flow: 'going' })
      try {
        if (current.whole !== undefined) await arriving.again(current, opener)
        else if (reader !== undefined) await arriving.fetch(current, opener, reader)
      } catch (error) {
        await explain(current, error)
      }
    },

    async cancel() {
      const current = session
      if (current === undefined) return
      current.stop?.abort()
      try {
        await current.stage?.clear()
      } catch (error) {
        return await explain(current, error)
      }
      tell(tools, current, { type: 'found', waiting: waitingDrop(current), note: 'cancelled' })
    },
  }

  /** Looks, and shows what there is. */
  async function find(current: Session, note?: OpenNote): Promise<void> {
    const { opener, place, reader, secret } = current
    let waiting: Waiting
    try {
      waiting = await look(serverOf(tools, LOOK_PATIENCE_MS), opener ?? place)
    } catch (error) {
      // Nobody has signed that, and a key that has claimed the drop is the only way to it: it is forgotten when the drop expires.
      if (isDropError(error) && error.code === 'gone') return await end(current, 'gone', claimsOf(error), false)
      throw error
    }
    current.waiting = waiting
    const mine = waiting.claims.find((receipt) => receipt.reader === reader?.publicKey)
    const isMine = mine !== undefined && mine.ack === undefined
    // With a passphrase nobody can tell yet whose claim it is: this browser's own may go on.
    const mayGoOn = secret.needsPassphrase && reader !== undefined
    if (!isMine && waiting.state === 'read') return await end(current, 'gone', waiting)
    if (!isMine && waiting.state === 'claimed' && !mayGoOn) return await end(current, 'claimed', waiting)
    if (waiting.parts > 1) await makeRoom(current, waiting.size, isMine || mayGoOn)
    if (isMine && opener !== undefined && reader !== undefined && current.room?.obstacle === undefined) {
      // Claimed by this browser before a reload or a crash: nothing new is consumed.
      if (current.room !== undefined) tell(tools, current, { type: 'receiving', waiting: waitingDrop(current) })
      return await arriving.fetch(current, opener, reader)
    }
    tell(tools, current, {
      type: 'found',
      note: note ?? (mayGoOn ? 'resumed' : undefined),
      waiting: waitingDrop(current),
    })
  }

  /** What is on this device whole is opened again without asking anybody: the server has nothing any more. */
  async function findKept(current: Session): Promise<void> {
    const { opener } = current
    if (opener !== undefined) return await openKept(current, opener)
    tell(tools, current, { type: 'found', note: 'earlier', waiting: waitingDrop(current) })
  }

  async function openKept(current: Session, opener: Opener): Promise<void> {
    if (opener.claim.publicKey !== current.whole?.claim) {
      delete current.opener
      return fail(current, { at: 'passphrase', triesLeft: undefined })
    }
    tell(tools, current, { type: 'receiving', waiting: waitingDrop(current) })
    await arriving.again(current, opener)
  }

  /** Whether all parts of a drop that was opened before are still there. If not, there is nothing to go on with. */
  async function isKeptHere(current: Session): Promise<boolean> {
    const { place, whole } = current
    if (whole === undefined) return false
    await makeRoom(current, whole.sizeBytes, true)
    const stage = await current.disk?.stage(place.dropId)
    // Another tab has it: that is said when it is opened.
    if (stage === undefined) return true
    current.stage = stage
    if ((await stage.count()) === whole.parts) return true
    delete current.whole
    return false
  }

  async function makeRoom(current: Session, sizeBytes: number, isKept: boolean): Promise<void> {
    // Parts are found again by the reader key that belongs to them. Where none is kept, neither are they.
    const { isLasting } = await store()
    current.disk = isLasting && current.isWarned !== true ? await diskThatWorks(tools) : memoryDisk(tools.device)
    current.room = await findRoom(current.disk, sizeBytes, isKept)
  }

  async function explain(current: Session, error: unknown): Promise<void> {
    if (!isDropError(error)) return fail(current, { at: 'server', code: failureOf(error) })
    switch (error.code) {
      case 'wrong_passphrase': {
        delete current.opener
        const triesLeft = error instanceof Refused ? error.triesLeft : undefined
        return fail(current, { at: 'passphrase', triesLeft })
      }
      case 'gone':
      case 'claimed':
        await current.stage?.clear().catch(ignore)
        return await end(current, error.code, claimsOf(error))
      case 'open_failed':
        return tell(tools, current, { type: 'not-readable', isAcknowledged: current.whole !== undefined })
      case 'dismissed':
        await readers.forget(current.place)
        delete current.reader
        return await find(current, 'dismissed').catch((again: unknown) =>
          fail(current, { at: 'server', code: failureOf(again) }),
        )
      default:
        return fail(current, { at: 'server', code: failureOf(error) })
    }
  }

  function fail(current: Session, fault: OpenFault): void {
    tell(tools, current, { type: 'failed', fault })
  }

  async function end(current: Session, cause: 'gone' | 'claimed', shown: Shown, isSure = true): Promise<void> {
    const { opener, reader } = current
    const proved = opener === undefined ? [] : await provedClaims(serverOf(tools, 0), opener, shown)
    const proofs = proved.map((receipt): Proof => ({
      atMs: (receipt.ack?.claim.created ?? receipt.claim.created) * 1_000,
      isOpened: receipt.ack !== undefined,
      isMine: receipt.reader === reader?.publicKey,
    }))
    if (cause === 'gone' && isSure) await readers.forget(current.place)
    tell(tools, current, { type: 'ended', cause, proofs })
  }
}

/** What cannot be removed now goes with the next visit. */
const ignore = (): void => {}

/** Screens that are about no link. */
const AWAY: ReadonlySet<State['main']['at']> = new Set(['compose', 'sending', 'sealed'])
