import { render } from 'preact'
import { parseBoxAddress } from '#protocol/address.ts'
import { BOX_ADDRESS_FIELD } from '#protocol/api.ts'
import type { Bytes } from '#protocol/bytes.ts'
import { makeBoxes } from '../../../../web/pages/box/make-actions.ts'
import type { BoxesActions } from '../../../../web/pages/box/actions.ts'
import type { OpenSession } from '../../../../web/pages/box/open-session.ts'
import type { Passkeys } from '../../../../web/pages/box/passkeys.ts'
import { drawBoxes } from '../../../../web/pages/box/room.tsx'
import { FIRST_BOXES, type BoxesState } from '../../../../web/pages/box/state.ts'
import type { TabMessage, Tabs } from '../../../../web/platform/tabs.ts'
import type { BoxTools } from '../../../../web/pages/box/tools.ts'
import { Flow } from '../../../../web/kit/flow.ts'
import { makeDrawing } from '../../../../web/kit/drawing.ts'
import { memoryStore, type Store } from '../../../../web/platform/store.ts'
import { boxServer, type BoxServer } from '../../../client/box/support/box-server.ts'
import { NOW, quickStretch } from '../../../client/box/support/states.ts'
import { says } from '../../../kit/network.ts'
import { stage } from '../../support/stage.ts'

/** A browser in front of the room of its boxes: real views, state, store and cryptography over a network that the test makes up. */
export interface RoomStage {
  /** The content of the page. */
  readonly page: HTMLElement
  readonly act: BoxesActions
  readonly state: () => BoxesState
  readonly session: () => OpenSession
  readonly store: Store
  readonly server: () => BoxServer
  /** Files that were saved, by name. */
  readonly saved: Map<string, Bytes>
  now: number
  isOffline: boolean
  /** Whether the browser has promised to keep what it is given. */
  isPersisted: boolean
  lockIdle(): void
  isAtWork(): boolean
  /** As when the page is left, and kept by the browser to be shown again. */
  leave(): void
  text(): string
  /** Presses as soon as nothing that is at work keeps one from it. Resolves when it has been drawn. */
  press(name: string): Promise<void>
  fill(label: string, text: string): Promise<void>
  close(): void
}

export interface RoomSetting {
  readonly store?: Store
  readonly tabs?: Tabs
  readonly passkeys?: Passkeys
}

export function roomStage({ store = memoryStore(), tabs = tabsOf(new Set()), passkeys }: RoomSetting = {}): RoomStage {
  const page = document.createElement('div')
  document.body.append(page)
  const flow = new Flow<BoxesState>(FIRST_BOXES, () => draw())
  let server: BoxServer | undefined
  const saved = new Map<string, Bytes>()
  const shown: RoomStage = {
    page,
    store,
    saved,
    now: NOW,
    isOffline: false,
    isPersisted: false,
    state: () => flow.state,
    act: undefined as never,
    session: () => boxes.session() ?? fail('the box is locked'),
    server: () => server ?? fail('nobody has asked the server'),
    lockIdle: () => boxes.lockIdle(),
    isAtWork: () => boxes.isAtWork(),
    leave: () => boxes.leave(),
    text: () => page.textContent,
    ...handsOn(page),
    close() {
      render(null, page)
      page.remove()
    },
  }
  const { tools } = stage(
    async (exchange) => {
      const address = parseBoxAddress(exchange.fields[BOX_ADDRESS_FIELD] ?? '')
      if (shown.isOffline) throw new TypeError('offline')
      if (address !== undefined) server ??= boxServer(address, NOW)
      if (server === undefined) {
        // It tells the time before it has heard of any box.
        if (!exchange.url.endsWith('/v1/limits')) throw new TypeError('offline')
        return says({ largest: 1_000, time: Math.floor(shown.now / 1_000) })(exchange)
      }
      server.now = shown.now
      return server.transport(exchange)
    },
    {
      store: async () => store,
      device: {
        clock: () => shown.now,
        // A page that waits for an absent server waits for nothing else.
        wait: (ms) =>
          new Promise((resolve) => {
            if (!shown.isOffline) return
            shown.now += ms
            setTimeout(resolve)
          }),
        save: (name, bytes) => void (bytes instanceof Blob || saved.set(name, bytes)),
      },
    },
  )
  const own: BoxTools = {
    ...tools,
    stretch: quickStretch,
    store: async () => store,
    flow,
    tabs,
    passkeys,
    persist: async () => shown.isPersisted,
    isPersisted: async () => shown.isPersisted,
  }
  const boxes = makeBoxes(own)
  const draw = makeDrawing(page, () => drawBoxes(own, boxes))
  draw()
  return Object.assign(shown, { act: boxes.act })
}

/** Presses and types as a person does. */
function handsOn(page: HTMLElement): Pick<RoomStage, 'press' | 'fill'> {
  return {
    async press(name) {
      const find = (): HTMLElement =>
        Array.from(page.querySelectorAll<HTMLElement>('button, a')).find(
          (each) => (each.ariaLabel ?? each.textContent) === name,
        ) ?? fail(`no button “${name}” on: ${page.textContent}`)
      while (find().matches(':disabled')) await new Promise((resolve) => setTimeout(resolve, 10))
      find().click()
      await drawn()
    },
    async fill(label, text) {
      const found = Array.from(page.querySelectorAll('label')).find((each) => each.textContent === label)
      const field = page.querySelector<HTMLInputElement>(`#${found?.htmlFor}`) ?? fail(`no field “${label}”`)
      field.value = text
      field.dispatchEvent(new InputEvent('input', { bubbles: true }))
      await drawn()
    },
  }
}

/** Tabs that hear each other. @param all - those of one browser */
export function tabsOf(all: Set<(message: TabMessage) => void>): Tabs {
  const mine = new Set<(message: TabMessage) => void>()
  return {
    post: (message) => {
      for (const hear of all) if (!mine.has(hear)) hear(message)
    },
    listen(listener) {
      mine.add(listener)
      all.add(listener)
      return () => void (mine.delete(listener), all.delete(listener))
    },
  }
}

/** Typed text is drawn after all that runs now. */
const drawn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))

function fail(what: string): never {
  throw new Error(what)
}
