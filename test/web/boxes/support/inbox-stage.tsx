import { render } from 'preact'
import { expect } from 'vitest'
import { deriveReaderKey } from '#client/box/reader-keys.ts'
import { createBox } from '#client/box/owner.ts'
import { deriveRoot, type Root } from '#client/box/root.ts'
import type { BoxState } from '#client/box/state.ts'
import { sealForBox, type BoxOrder } from '#client/box/write.ts'
import type { Message } from '#client/archive.ts'
import { deposit } from '#client/send.ts'
import type { Card } from '#protocol/card.ts'
import type { Item } from '#protocol/box-api.ts'
import { dayAt, epochAt } from '#protocol/epoch.ts'
import { formatDropId, type DropId } from '#protocol/id.ts'
import base from '../../../../web/style/base.css?raw'
import sheet from '../../../../web/style/inbox.css?raw'
import type { InboxActions } from '../../../../web/pages/box/inbox/actions.ts'
import { controllerOf } from '../../../../web/pages/box/inbox/controller.ts'
import { Inbox } from '../../../../web/pages/box/inbox/inbox.tsx'
import type { BoxSession, SessionPart } from '../../../../web/pages/box/session.ts'
import type { ChosenFile } from '../../../../web/send/draft.ts'
import type { PageTools } from '../../../../web/platform/page-tools.ts'
import { Titles } from '../../../../web/kit/title.tsx'
import { boxServer, type BoxServer } from '../../../kit/box-server.ts'
import { cardReader, NOW, orderFor, ORIGIN, sign } from '../../../kit/boxes.ts'
import { stage } from '../../support/stage.ts'

/** A busy machine takes a while. */
export const PATIENT = { timeout: 30_000 }

/** An owner who looks into a box, with a real page, real keys, and a network that the test makes up. */
export interface InboxStage {
  readonly server: BoxServer
  readonly session: BoxSession
  readonly tools: PageTools
  readonly root: Root
  readonly card: Card
  /** The actions on the page. */
  readonly act: InboxActions
  /** The records beside the state on this device, as they are before they are sealed. */
  readonly kept: Map<string, string>
  /** Locks the box and unlocks it again; or the page dies without a word, and is opened again. */
  relock(why?: 'lock' | 'crash'): void
  /** The page on the screen. */
  readonly box: HTMLElement
  /** The texts for a screen reader. */
  readonly said: readonly string[]
  /** Files handed to the downloads of the browser. */
  readonly saved: ReadonlyMap<string, Blob>
  isGuarded(): boolean
  /** Whether something is under way that a lock would break off. */
  isAtWork(): boolean
  /** Somebody writes to the box. */
  write(message: Partial<Message>, changes?: Partial<BoxOrder>): Promise<DropId>
  /** Ends all waits: the page looks again. */
  tick(): void
  /** Draws the page anew, as after a look at another section. */
  show(): void
  hide(): void
  press(name: string): void
  /** Waits until the page says something. */
  shows(text: string): Promise<void>
  /** Opens a drop from the list, once it is listed. @param expected - a text that the page shows then */
  open(drop: DropId, expected: string): Promise<void>
  /** Chooses a file again, for the answer on the screen that was interrupted. */
  chooseAgain(file: ChosenFile): void
  /** Types an answer. */
  type(text: string): void
  text(): string
  /** The one element that fits. */
  readonly find: (selector: string) => HTMLElement
}

interface InboxSetting {
  /** On the device of a reader who owns nothing. */
  readonly readsOnly?: boolean
  /** Whether its browser keeps what it is given. */
  readonly isLasting?: boolean
  /** The locks that another tab of this browser leaves free. */
  readonly ifFree?: PageTools['device']['ifFree']
}

export async function inboxStage({
  readsOnly = false,
  isLasting = false,
  ifFree = (_, run) => run().then(() => true),
}: InboxSetting = {}): Promise<InboxStage> {
  const { card, made, root, server } = await publishedBox()
  const unlock = memorySession(readsOnly ? { ...made, phrase: undefined, readers: [] } : made, root, isLasting)
  const first = unlock()
  let { die, isAtWork, session } = first
  const { box, style } = styledPage()
  const said: string[] = []
  const waiting: (() => void)[] = []
  const saved = new Map<string, Blob>()
  let isGuarded = false
  const { tools } = stage(server.transport, {
    device: {
      clock: () => NOW,
      wait: () => new Promise((resolve) => void waiting.push(resolve)),
      save: (name, bytes) => void saved.set(name, new Blob([bytes])),
      guard: (on) => void (isGuarded = on),
      ifFree,
    },
  })
  const show = (): void =>
    render(
      <Titles.Provider value={tools.device}>
        <h1 tabIndex={-1}>The newsroom</h1>
        <Inbox session={session} tools={tools} announce={(text) => void said.push(text)} />
      </Titles.Provider>,
      box,
    )
  const order = await orderFor({ address: root.address, card })
  return {
    server,
    get session() {
      return session
    },
    tools,
    root,
    card,
    get act() {
      return controllerOf(session, tools).act
    },
    kept: first.kept,
    relock(why = 'lock') {
      if (why === 'lock') session.lock()
      else die()
      render(null, box)
      ;({ die, isAtWork, session } = unlock())
      show()
    },
    box,
    said,
    saved,
    isGuarded: () => isGuarded,
    isAtWork: () => isAtWork(),
    async write(message, changes = {}) {
      const sealed = await sealForBox({ text: '', files: [], ...message }, { ...order, ...changes })
      await deposit(server, sealed, order)
      return sealed.dropId
    },
    tick: () => waiting.splice(0).forEach((end) => end()),
    show,
    hide() {
      render(null, box)
      box.remove()
      style.remove()
    },
    ...handsOn(box),
    chooseAgain(file) {
      const desk = controllerOf(session, tools)
      const { answers, shown } = desk.state()
      const drop = shown?.item.drop
      const upload = drop && answers.get(drop)?.desk.uploads.interrupted[0]
      if (drop === undefined || upload === undefined) throw new Error(`nothing was interrupted: ${box.innerText}`)
      void desk.act.answer.interrupted(drop).choose(upload.dropId, [file])
    },
  }
}

/** A box with one reader, whose keys the server has. */
async function publishedBox(): Promise<{
  readonly made: BoxState
  readonly root: Root
  readonly card: Card
  readonly server: BoxServer
}> {
  const terms = { largest: 100_000_000, invitation: false }
  const plan = { origin: ORIGIN, name: 'The newsroom', readerName: 'Ana', terms, now: NOW }
  const { phrase, state: made } = await createBox(plan)
  const root = await deriveRoot(phrase)
  const own = await cardReader({ seed: made.reader.seed, chain: made.chain }, 'Ana')
  const { card, jws } = await sign(root, { epoch: epochAt(NOW), readers: [own] })
  const server = boxServer()
  server.cards.set(root.address, jws)
  return { made, root, card, server }
}

function styledPage(): { readonly box: HTMLElement; readonly style: HTMLElement } {
  const box = document.createElement('main')
  const style = document.createElement('style')
  style.textContent = base + sheet
  document.body.append(style, box)
  return { box, style }
}

/** Presses, types and reads as a person does. */
function handsOn(box: HTMLElement): Pick<InboxStage, 'press' | 'shows' | 'open' | 'type' | 'text' | 'find'> {
  const shows = (text: string): Promise<void> => expect.poll(() => box.innerText, PATIENT).toContain(text)
  return {
    press(name) {
      const buttons = Array.from(box.querySelectorAll('button'))
      const found = buttons.find((each) => (each.getAttribute('aria-label') ?? each.textContent).includes(name))
      if (found === undefined) throw new Error(`no button ${name} in: ${box.innerText}`)
      found.focus()
      found.click()
    },
    shows,
    async open(drop, expected) {
      await expect.poll(() => box.querySelector(`[data-drop="${drop}"]`), PATIENT).not.toBeNull()
      box.querySelector<HTMLElement>(`[data-drop="${drop}"]`)?.click()
      await shows(expected)
    },
    type(text) {
      const field = box.querySelector('textarea')
      if (field === null) throw new Error('no field')
      field.value = text
      field.dispatchEvent(new InputEvent('input', { bubbles: true }))
    },
    text: () => box.innerText,
    find: (selector) => {
      const found = box.querySelector<HTMLElement>(selector)
      if (found === null) throw new Error(`no ${selector} in: ${box.innerText}`)
      return found
    },
  }
}

/** Items of which nothing can be opened: for a list, where they come from does not matter. @param first - the place of the first */
export function manyItems(count: number, first = 1): Item[] {
  return Array.from({ length: count }, (_, index) => numberedItem(first + index))
}

export function numberedItem(n: number): Item {
  return {
    drop: numberedDrop(n),
    seq: n,
    size: 18_043 + 1_000 * (n % 7),
    parts: 1,
    arrived: dayAt(NOW) - (n % 20),
    expires: NOW / 1_000 + 86_400 * (1 + (n % 13)),
  }
}

export function numberedDrop(n: number): DropId {
  const bytes = new Uint8Array(16)
  new DataView(bytes.buffer).setUint32(0, n)
  return formatDropId(bytes)
}

interface Unlocked {
  readonly session: BoxSession
  readonly isAtWork: () => boolean
  readonly kept: Map<string, string>
  /** Nothing of it runs any more, and nothing is asked before. */
  readonly die: () => void
}

/** A box on one device. @returns a function that unlocks it, as often as it is called */
function memorySession(first: BoxState, root: Root, isLasting: boolean): () => Unlocked {
  let state = first
  const kept = new Map<string, string>()
  return () => {
    let isLocked = false
    let last: Promise<unknown> = Promise.resolve()
    const listeners = new Set<() => void>()
    const parts = new Set<SessionPart>()
    const unlocked = (): BoxState => {
      if (isLocked) throw new Error('locked')
      return state
    }
    return {
      isAtWork: () => [...parts].some((part) => part.isAtWork()),
      kept,
      die: () => void (isLocked = true),
      session: {
        state: unlocked,
        change(by) {
          const next = last.then(async () => {
            state = await by(unlocked())
            for (const listener of listeners) listener()
            return state
          })
          last = next.catch(() => {})
          return next
        },
        root: async () => (state.phrase === undefined ? undefined : root),
        lock() {
          for (const part of parts) part.onLeave()
          isLocked = true
          for (const part of parts) part.onLock()
        },
        beside: {
          isLasting,
          all: async () => [...kept.values()],
          keep: async (what, text) => void (unlocked(), kept.set(what, text)),
          forget: async (what) => void (unlocked(), kept.delete(what)),
        },
        adopt: (part) => void parts.add(part),
        onChange(listener) {
          listeners.add(listener)
          return () => listeners.delete(listener)
        },
      },
    }
  }
}

/** A key of some other reader. */
export async function strangerKey(): Promise<Card['readers'][number]['key']> {
  return (await deriveReaderKey(crypto.getRandomValues(new Uint8Array(32)))).publicKey
}
