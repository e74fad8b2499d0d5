import type { ReturnCode } from '#client/box/return.ts'
import type { WriteTarget } from '#client/box/address-link.ts'
import { fetchCard, type FetchedCard } from '#client/box/write.ts'
import { stanzasFor } from '#client/crypto/padded-header.ts'
import { headerSize } from '#client/crypto/sizes.ts'
import { LETTERHEAD_BYTES } from '#client/layout.ts'
import { equalBytes } from '#protocol/bytes.ts'
import { checkCard, type Card } from '#protocol/card.ts'
import { findFault, MAX_FILES, withMore } from '../../send/draft.ts'
import { findInterrupted, plainOutbox } from '../../send/outbox.ts'
import { Sealing } from '../../send/sealing.ts'
import { failureOf, LOOK_PATIENCE_MS, serverOf } from '../../platform/server.ts'
import { Uploading } from '../../send/uploading.ts'
import { limitsOf } from '../../send/limits.ts'
import { makeUploadAct } from '../../send/upload-actions.ts'
import type { ComposeFault, Limits, SendTools } from '../../send/send-state.ts'
import { page } from '../../copy/page.ts'
import { refusals } from '../../copy/write.ts'
import { toBox } from '../../send/to-box.ts'
import { refusalOf } from './card-refusal.ts'
import type { WriteAct, WriteTools } from './write-actions.ts'
import { asksInvitation, readInvitation } from './write-state.ts'

/**
 * What each act does, over the effects that drops for a link have too.
 * @param code - what answers come to, where the sender has one already
 */
export function makeWriting(tools: WriteTools, target: WriteTarget, code?: ReturnCode): WriteAct {
  const { device, dispatch, state, store } = tools
  const { address } = target
  const desk: SendTools = {
    ...tools,
    dispatch: (event) => dispatch({ type: 'desk', event }),
    state: () => state().desk,
  }
  const destination = toBox(
    device,
    address,
    {
      now() {
        const { box, target: now, wantsCode } = state()
        return { box, invitation: now.invitation, wantsCode }
      },
      onProgress(work) {
        if (state().desk.main.at === 'compose') dispatch({ type: 'desk', event: { type: 'worked', work } })
      },
      onSent: (letter, keepsDraft) => dispatch({ type: 'letter-sent', letter, keepsDraft }),
    },
    code,
  )
  const outbox = plainOutbox(tools)
  const uploading = new Uploading(desk, destination, outbox)
  const sealing = new Sealing(desk, async () => uploading, destination)
  const uploads = makeUploadAct(desk, async () => uploading)
  const refuse = (fault: ComposeFault): void => desk.dispatch({ type: 'refused', fault })
  /** What comes late does not break off what is being sealed by now. */
  const refuseLate = (fault: ComposeFault): void => {
    const { main } = state().desk
    if (main.at === 'compose' && main.work === undefined) refuse(fault)
  }
  /** When the keys were asked for last, milliseconds since 1970. */
  let askedAtTicks = Number.NEGATIVE_INFINITY

  return {
    look,
    draft: (draft) => desk.dispatch({ type: 'drafted', draft }),
    addFiles(files) {
      const all = withMore(state().desk.draft.files, files)
      if (all.length > MAX_FILES) return refuseLate({ at: 'count' })
      desk.dispatch({ type: 'drafted', draft: { files: all } })
      void sealing.check()
    },
    missFiles: (at) => refuseLate({ at }),
    prepare: () => void store().catch(() => {}),
    async seal() {
      const { draft, main } = state().desk
      if (state().main.at !== 'writing' || main.at !== 'compose' || main.work !== undefined) return
      const at = findFault(draft)
      if (at !== undefined) return refuse({ at })
      desk.dispatch({ type: 'worked', work: { stage: 'starting' } })
      try {
        if (!(await isFresh())) return
        if (!takeInvitation()) return desk.dispatch({ type: 'worked', work: undefined })
        await sealing.seal()
        // Its owner may ask for one since the keys were looked at.
        if (isRefused('invitation')) askedAtTicks = Number.NEGATIVE_INFINITY
      } catch (error) {
        refuse({ at: 'server', code: failureOf(error) })
      }
    },
    upload: uploads.upload,
    interrupted: {
      ...uploads.interrupted,
      async discard(dropId) {
        await uploads.interrupted.discard(dropId)
        // Where no form is shown, nothing else tells that it is done.
        const isDone = state().desk.uploads.asking === undefined && !isRefused('upload-over')
        if (isDone) desk.dispatch({ type: 'announced', text: refusals.cancelled })
      },
    },
    async copy(text, done) {
      const isCopied = await device.copy(text)
      desk.dispatch({ type: 'announced', text: isCopied ? done : page.copyFailed })
      return isCopied
    },
    typeInvitation: (text) => dispatch({ type: 'invitation-typed', text }),
    wantCode: (wantsCode) => dispatch({ type: 'code-wanted', wantsCode }),
    async remember(isRemembered) {
      const { box } = state()
      if (box === undefined) return
      dispatch({ type: 'recalled', isRemembered })
      try {
        await (isRemembered
          ? (await store()).rememberBox(address, box.card.serial)
          : (await store()).forgetBox(address))
      } catch {
        dispatch({ type: 'recalled', isRemembered: !isRemembered })
      }
    },
    noteCode: () => dispatch({ type: 'code-noted' }),
    async another() {
      dispatch({ type: 'another' })
      await look()
    },
  }

  async function look(): Promise<void> {
    dispatch({ type: 'looked' })
    // Not after the keys: whatever comes of them, what was sent of an earlier letter can be taken back.
    await findInterrupted(desk, destination, outbox).catch(() => {})
    try {
      found(await fetchNow(), false)
    } catch (error) {
      miss(error)
    }
  }

  function isRefused(at: ComposeFault['at']): boolean {
    const { main } = state().desk
    return main.at === 'compose' && main.fault?.at === at
  }

  /** Reads the field for an invitation, where there is one. @returns whether to go on */
  function takeInvitation(): boolean {
    const { invitation, target: known } = state()
    if (!asksInvitation(state()) || invitation === undefined) return true
    // Nothing typed: the one that there is may be good again.
    if (invitation.text.trim() === '' && known.invitation !== undefined) return true
    const read = readInvitation(invitation.text, known, device.origin)
    const isRead = read instanceof Uint8Array
    if (!isRead) dispatch({ type: 'uninvited', fault: read })
    else if (known.invitation === undefined || !equalBytes(read, known.invitation))
      dispatch({ type: 'invited', secret: read })
    return isRead
  }

  /** Whoever was removed from the readers since is not sealed to, and who was added is shown first. @returns whether to go on */
  async function isFresh(): Promise<boolean> {
    const before = state().box?.card
    if (device.ticks() - askedAtTicks < FRESH_MS && holds(before, device.clock())) return true
    try {
      const fetched = await fetchNow()
      const isChanged = before === undefined || !hasSameReaders(before, fetched.card)
      found(fetched, isChanged)
      if (isChanged) desk.dispatch({ type: 'worked', work: undefined })
      return !isChanged
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal === undefined) throw error
      dispatch({ type: 'card-refused', refusal })
      return false
    }
  }

  async function fetchNow(): Promise<FetchedCard> {
    const known = await knownSerial()
    const askedTicks = device.ticks()
    const order = { now: device.clock(), known }
    const fetched = await fetchCard(serverOf(tools, LOOK_PATIENCE_MS), address, order)
    askedAtTicks = askedTicks
    // Only who was asked to remember it remembers its newest keys.
    if (known !== undefined && fetched.card.serial > known)
      await (await store()).rememberBox(address, fetched.card.serial)
    return fetched
  }

  async function knownSerial(): Promise<number | undefined> {
    try {
      const known = await (await store()).knownSerial(address)
      dispatch({ type: 'recalled', isRemembered: known !== undefined })
      return known
    } catch {
      return undefined
    }
  }

  function found({ card, largest }: FetchedCard, isChanged: boolean): void {
    dispatch({ type: 'found', box: { card, largest }, limits: limitsForLetter(card, largest), isChanged })
  }

  function miss(error: unknown): void {
    const refusal = refusalOf(error)
    if (refusal !== undefined) dispatch({ type: 'card-refused', refusal })
    else dispatch({ type: 'missed', fault: failureOf(error) })
  }
}

/** Readers have a stanza each, and a letter says more of itself than a drop for a link. */
function limitsForLetter({ readers }: Card, largest: number): Limits {
  return limitsOf(largest, headerSize(stanzasFor(readers.length)), LETTERHEAD_BYTES)
}

function hasSameReaders(a: Card, b: Card): boolean {
  const keys = ({ readers }: Card): string =>
    readers
      .map(({ key, name }) => `${key} ${name}`)
      .toSorted()
      .join('\n')
  return keys(a) === keys(b) && a.name === b.name
}

/** Whether it may be sealed with at this time. */
function holds(card: Card | undefined, now: number): card is Card {
  if (card === undefined) return false
  try {
    checkCard(card, now)
    return true
  } catch {
    return false
  }
}

/** How long keys are taken to be those of now, in milliseconds (10 minutes). */
const FRESH_MS = 600_000
