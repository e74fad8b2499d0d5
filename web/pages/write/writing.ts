import type { ReturnCode } from '#client/box/return.ts'
import type { WriteTarget } from '#client/box/address-link.ts'
import { fetchCard, type FetchedCard } from '#client/box/write.ts'
import { stanzasFor } from '#client/crypto/padded-header.ts'
import { headerSize } from '#client/crypto/sizes.ts'
import { LETTERHEAD_BYTES } from '#client/layout.ts'
import type { BoxAddress } from '#protocol/address.ts'
import { equalBytes } from '#protocol/bytes.ts'
import { checkCard, type Card } from '#protocol/card.ts'
import { makeFormActions } from '../../send/form-actions.ts'
import { findInterrupted, plainOutbox } from '../../send/outbox.ts'
import { Sealing } from '../../send/sealing.ts'
import { failureOf, LOOK_PATIENCE_MS, serverOf } from '../../platform/server.ts'
import { Uploading } from '../../send/uploading.ts'
import { limitsOf } from '../../send/limits.ts'
import { makeUploadActions } from '../../send/upload-actions.ts'
import type { ComposeFault, Limits, SendTools } from '../../send/send-state.ts'
import { page } from '../../copy/page.ts'
import { refusals } from '../../copy/write.ts'
import { toBox, type LetterForm } from '../../send/to-box.ts'
import { refusalOf } from './card-refusal.ts'
import type { WriteActions, WriteTools } from './write-actions.ts'
import { asksInvitation, readInvitation } from './write-state.ts'

/**
 * The work behind each action, over the same sender as for links.
 * @param code - the code for answers, where the sender has one already
 */
export function makeWriting(tools: WriteTools, target: WriteTarget, code?: ReturnCode): WriteActions {
  const { device, dispatch, state, store } = tools
  const { address } = target
  const desk: SendTools = {
    ...tools,
    dispatch: (event) => dispatch({ type: 'desk', event }),
    state: () => state().desk,
  }
  const destination = toBox(device, address, letterForm(tools), code)
  const outbox = plainOutbox(tools)
  const uploading = new Uploading(desk, destination, outbox)
  const sealing = new Sealing(desk, async () => uploading, destination)
  const uploads = makeUploadActions(desk, async () => uploading)
  const keys = new BoxKeys(tools, address)
  const { addFiles, draft, missFiles, seal } = makeFormActions(desk, {
    sealing: async () => sealing,
    codeOf: failureOf,
    async before() {
      if (!(await keys.areFresh())) return false
      if (takeInvitation(tools)) return true
      desk.dispatch({ type: 'worked', work: undefined })
      return false
    },
  })

  return {
    look,
    draft,
    addFiles,
    missFiles,
    prepare: () => void store().catch(() => {}),
    async seal() {
      if (state().main.at !== 'writing') return
      await seal()
      // Its owner may ask for one since the keys were looked at.
      if (isRefused('invitation')) keys.forgetTime()
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
    remember: (isRemembered) => remember(tools, address, isRemembered),
    noteCode: () => dispatch({ type: 'code-noted' }),
    async another() {
      dispatch({ type: 'another' })
      await look()
    },
  }

  async function look(): Promise<void> {
    dispatch({ type: 'looked' })
    // Not after the keys: whatever comes of them, the parts of an earlier letter can be taken back.
    await findInterrupted(desk, destination, outbox).catch(() => {})
    await keys.look()
  }

  function isRefused(at: ComposeFault['at']): boolean {
    const { main } = state().desk
    return main.at === 'compose' && main.fault?.at === at
  }
}

function letterForm({ dispatch, state }: WriteTools): LetterForm {
  return {
    now() {
      const { box, target, wantsCode } = state()
      return { box, invitation: target.invitation, wantsCode }
    },
    onProgress(work) {
      if (state().desk.main.at === 'compose') dispatch({ type: 'desk', event: { type: 'worked', work } })
    },
    onSent: (letter, keepsDraft) => dispatch({ type: 'letter-sent', letter, keepsDraft }),
  }
}

/** Keeps on this device that its owner knows the box, or forgets it. */
async function remember(
  { dispatch, state, store }: WriteTools,
  address: BoxAddress,
  isRemembered: boolean,
): Promise<void> {
  const { box } = state()
  if (box === undefined) return
  dispatch({ type: 'recalled', isRemembered })
  try {
    const kept = await store()
    await (isRemembered ? kept.rememberBox(address, box.card.serial) : kept.forgetBox(address))
  } catch {
    dispatch({ type: 'recalled', isRemembered: !isRemembered })
  }
}

/** Reads the field for an invitation, where there is one. @returns whether to go on */
function takeInvitation({ device, dispatch, state }: WriteTools): boolean {
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

/** The keys of a box, as its card says them. */
class BoxKeys {
  readonly #tools: WriteTools
  readonly #address: BoxAddress
  /** When they were asked for last, by the ticks of the device. */
  #askedAtTicks = Number.NEGATIVE_INFINITY

  constructor(tools: WriteTools, address: BoxAddress) {
    this.#tools = tools
    this.#address = address
  }

  /** Asks for them, and shows them or why the box cannot be written to. */
  async look(): Promise<void> {
    const { dispatch } = this.#tools
    try {
      this.#show(await this.#fetch(), false)
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal !== undefined) dispatch({ type: 'card-refused', refusal })
      else dispatch({ type: 'missed', fault: failureOf(error) })
    }
  }

  /** A removed reader is not sealed to, and a new one is shown first. @returns whether to go on */
  async areFresh(): Promise<boolean> {
    const { device, dispatch, state } = this.#tools
    const before = state().box?.card
    if (device.ticks() - this.#askedAtTicks < FRESH_MS && holds(before, device.clock())) return true
    try {
      const fetched = await this.#fetch()
      const isChanged = before === undefined || !hasSameReaders(before, fetched.card)
      this.#show(fetched, isChanged)
      if (isChanged) dispatch({ type: 'desk', event: { type: 'worked', work: undefined } })
      return !isChanged
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal === undefined) throw error
      dispatch({ type: 'card-refused', refusal })
      return false
    }
  }

  /** The next press asks for them again. */
  forgetTime(): void {
    this.#askedAtTicks = Number.NEGATIVE_INFINITY
  }

  async #fetch(): Promise<FetchedCard> {
    const { device, store } = this.#tools
    const known = await this.#knownSerial()
    const askedTicks = device.ticks()
    const order = { now: device.clock(), known }
    const fetched = await fetchCard(serverOf(this.#tools, LOOK_PATIENCE_MS), this.#address, order)
    this.#askedAtTicks = askedTicks
    // Only a browser that was asked to remember the box remembers its newest keys.
    if (known !== undefined && fetched.card.serial > known)
      await (await store()).rememberBox(this.#address, fetched.card.serial)
    return fetched
  }

  async #knownSerial(): Promise<number | undefined> {
    const { dispatch, store } = this.#tools
    try {
      const known = await (await store()).knownSerial(this.#address)
      dispatch({ type: 'recalled', isRemembered: known !== undefined })
      return known
    } catch {
      return undefined
    }
  }

  #show({ card, largest }: FetchedCard, isChanged: boolean): void {
    const limits = limitsForLetter(card, largest)
    this.#tools.dispatch({ type: 'found', box: { card, largest }, limits, isChanged })
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
