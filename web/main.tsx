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

const act = makeAct({
  device,
  dispatch,
  state: () => state,
  store: once(async () => (await import('./store.ts')).openStore()),
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
