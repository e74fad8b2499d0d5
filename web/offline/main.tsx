import { render } from 'preact'
import { stretch } from '#client/crypto/argon2.ts'
import { memoryDisk } from '../platform/disk.ts'
import { Button } from '../kit/button.tsx'
import { makeDrawing } from '../kit/drawing.ts'
import { verbatim } from '../kit/verbatim.tsx'
import { startPage } from '../start-page.tsx'
import { memoryStore } from '../platform/store.ts'
import { offline as words } from '../copy/offline.ts'
import { xhrTransport } from '../platform/transport.ts'
import { Ask } from './ask.tsx'
import { fileDevice } from './device.ts'
import { isPage, parsePlace } from './place.ts'

// The page as one file, for people who would rather not be given it by a server each time: docs/decisions/0017.

// Code that stretches a passphrase in turns on this thread would use it, and then no timer has its turn: nobody would be told
// meanwhile why they wait.
Reflect.deleteProperty(globalThis, 'scheduler')

const root = document.querySelector<HTMLElement>('#app') ?? document.body
const bar = document.querySelector<HTMLElement>('#bar') ?? document.body
const { origin, fragment } = parsePlace(location.hash)

if (origin === undefined) ask()
else await start(origin, fragment)

function ask(): void {
  let waiting = fragment
  // A link that names no server waits in memory for one.
  const keep = (text: string): void => {
    if (isPage(text)) return
    waiting = text
    history.replaceState(null, '', '#')
  }
  keep(fragment)
  const follow = (): void => {
    const place = parsePlace(location.hash)
    if (place.origin === undefined) keep(place.fragment)
    else location.reload()
  }
  const chosen = (place: { origin: string; fragment: string }): void => {
    // From here on the way back leads to a server, too, and must not replace the page that is in memory.
    removeEventListener('hashchange', follow)
    render(null, form)
    void start(place.origin, place.fragment === '' ? waiting : place.fragment)
  }
  addEventListener('hashchange', follow)
  const form = document.createElement('div')
  root.replaceChildren(form)
  makeDrawing(form, () => <Ask onPlace={chosen} />)()
}

async function start(server: string, first: string): Promise<void> {
  const device = fileDevice(server, first)
  const another = (): void => {
    history.replaceState(null, '', '#')
    device.reload()
  }
  render(
    <>
      <span class="quiet">{words.from}</span>
      <span {...verbatim('mono')}>{new URL(server).host}</span>
      <Button kind="small" onPress={another}>
        {words.another}
      </Button>
    </>,
    bar,
  )
  bar.hidden = false
  // In memory alone: data that a file keeps, every other file that is opened from disk can read.
  const [store, disk] = [memoryStore(), memoryDisk(device)]
  await startPage(
    root,
    {
      device,
      store: async () => store,
      disk: async () => disk,
      // In turns on this thread: a page without a server has nowhere to start a worker from.
      stretch,
      transport: xhrTransport,
    },
    async () => {},
  )
}
