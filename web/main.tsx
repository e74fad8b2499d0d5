import { render } from 'preact'
import type { Stretch } from '#client/crypto/argon2.ts'
import { makeAct } from './make-act.ts'
import { App } from './app.tsx'
import { browserDevice } from './device.ts'
import { once } from './once.ts'
import { NotLoaded } from './parts/later.tsx'
import { roomOf, type Room, type RoomModule, type RoomTools } from './room-tools.ts'
import { FIRST_STATE, reduce, wouldLose } from './state.ts'
import type { Event } from './event.ts'
import { xhrTransport } from './xhr-transport.ts'

const device = browserDevice()
const root = document.querySelector<HTMLElement>('#app') ?? document.body
const room = roomOf(device.fragment())

const stretch: Stretch = async (...wanted) => (await import('./kdf.ts')).stretchAside(...wanted)

const disk = once(async () => (await import('./disk.ts')).openDisk(device))
const store = once(async () => (await import('./store.ts')).openStore())
const tools: RoomTools = { device, disk, store, stretch, transport: xhrTransport }

/** What the address says after it was changed. Another room begins with a whole load, which asks first whether something may be lost. */
const crosses = (): boolean => {
  if (roomOf(device.fragment()) === room) return false
  device.reload()
  return true
}

await (room === 'main' ? startMain() : enter(room))

async function startMain(): Promise<void> {
  let state = FIRST_STATE
  const dispatch = (event: Event): void => {
    state = reduce(state, event)
    device.guard(wouldLose(state))
    draw()
  }
  const act = makeAct({ ...tools, dispatch, state: () => state })
  const draw = (): void => render(<App act={act} device={device} state={state} />, root)

  addEventListener('hashchange', () => {
    if (!crosses()) void act.follow()
  })
  draw()
  await act.follow()
  // What an earlier visit has left on this device. The next one does it, if this one cannot.
  import('./effects/sweeping.ts').then(({ sweep }) => sweep({ device, disk, store })).catch(() => {})
}

async function enter(other: Exclude<Room, 'main'>): Promise<void> {
  addEventListener('hashchange', crosses)
  const load = (): Promise<RoomModule> =>
    other === 'boxes' ? import('./boxes/start.tsx') : import('./write/start.tsx')
  const wear = once(() => loadSheet(root.dataset['roomsCss'] ?? ''))
  const go = async (): Promise<void> => {
    try {
      const [{ start }] = await Promise.all([load(), wear()])
      start(freshPlace(), tools)
    } catch {
      render(<NotLoaded onAgain={go} />, freshPlace())
    }
  }
  await go()
}

/** A room may bring its own copy of what draws, which must find nothing that this one has drawn. */
function freshPlace(): Element {
  const place = document.createElement('div')
  root.replaceChildren(place)
  return place
}

/** Who stays on the first page need not fetch what rooms look like. */
function loadSheet(address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const link = document.createElement('link')
    link.rel = 'stylesheet'
    link.href = address
    link.onload = () => resolve()
    link.onerror = () => {
      link.remove()
      reject(new Error('a sheet was not loaded'))
    }
    document.head.append(link)
  })
}
