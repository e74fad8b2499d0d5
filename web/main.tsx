import { render } from 'preact'
import type { Stretch } from '#client/crypto/argon2.ts'
import { makeAct } from './make-act.ts'
import { App } from './app.tsx'
import { browserDevice } from './device.ts'
import { once } from './once.ts'
import { FIRST_STATE, reduce, wouldLose } from './state.ts'
import type { Event } from './event.ts'
import { xhrTransport } from './xhr-transport.ts'

const device = browserDevice()
const root = document.querySelector('#app') ?? document.body
let state = FIRST_STATE

const stretch: Stretch = async (...wanted) => (await import('./kdf.ts')).stretchAside(...wanted)

const disk = once(async () => (await import('./disk.ts')).openDisk(device))
const store = once(async () => (await import('./store.ts')).openStore())

const act = makeAct({
  device,
  disk,
  dispatch,
  state: () => state,
  store,
  stretch,
  transport: xhrTransport,
})

function dispatch(event: Event): void {
  state = reduce(state, event)
  device.guard(wouldLose(state))
  draw()
}

function draw(): void {
  render(<App act={act} device={device} state={state} />, root)
}

addEventListener('hashchange', () => void act.follow())
draw()
await act.follow()
// What an earlier visit has left on this device. The next one does it, if this one cannot.
import('./effects/sweeping.ts').then(({ sweep }) => sweep({ device, disk, store })).catch(() => {})
