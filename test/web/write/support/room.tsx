import { render } from 'preact'
import { beforeEach, onTestFinished } from 'vitest'
import type { Device } from '../../../../web/platform/device.ts'
import { memoryStore, type Store } from '../../../../web/platform/store.ts'
import { start } from '../../../../web/pages/write/start.tsx'
import type { BoxServer } from '../../../kit/box-server.ts'
import { NOW, ORIGIN } from '../../../kit/boxes.ts'
import { stage } from '../../support/stage.ts'

/** A visit to the room, as somebody sees it. */
export interface Visit {
  readonly box: HTMLElement
  readonly text: () => string
  /** The announcements to a screen reader. */
  readonly said: () => string
  readonly heading: () => string
  readonly alert: () => string
  /** Presses the button of this name, once it is there and can be pressed. */
  readonly press: (name: string) => Promise<void>
  readonly type: (id: string, text: string) => void
  readonly tick: (id: string) => void
  readonly choose: (files: readonly File[]) => void
  /** Whether the page would ask before it is left. */
  readonly isGuarded: () => boolean
  readonly saved: ReadonlyMap<string, Blob>
}

/** Opens the page at a fragment, over real effects, over a network that the test makes up. */
export function visit(
  server: BoxServer,
  fragment: string,
  { kept = memoryStore(), device = {} }: { kept?: Store; device?: Partial<Device> } = {},
): Visit {
  const box = document.createElement('div')
  document.body.append(box)
  let isGuarded = false
  const saved = new Map<string, Blob>()
  const { tools } = stage((exchange) => server.transport(exchange), {
    kept,
    device: {
      origin: ORIGIN,
      clock: () => NOW,
      fragment: () => fragment,
      guard: (on) => void (isGuarded = on),
      save: (name, bytes) => void saved.set(name, new Blob([bytes])),
      ...device,
    },
  })
  start(box, tools)
  onTestFinished(() => {
    render(null, box)
    box.remove()
  })
  const find = (selector: string): HTMLInputElement => {
    const found = box.querySelector<HTMLInputElement>(selector)
    if (found === null) throw new Error(`nothing is ${selector}`)
    return found
  }
  return {
    box,
    saved,
    text: () => box.textContent ?? '',
    said: () => box.querySelector('p.unseen[role=status]')?.textContent ?? '',
    heading: () => box.querySelector('h1')?.textContent ?? '',
    alert: () => box.querySelector('[role=alert], .error')?.textContent ?? '',
    async press(name) {
      const button = await until(() =>
        Array.from(box.querySelectorAll('button')).find(
          (each) => !each.disabled && (each.getAttribute('aria-label') ?? each.textContent ?? '').startsWith(name),
        ),
      )
      button.click()
    },
    type(id, text) {
      const field = find(`#${id}`)
      field.value = text
      field.dispatchEvent(new Event('input', { bubbles: true }))
    },
    tick: (id) => find(`#${id}`).click(),
    choose(files) {
      const transfer = new DataTransfer()
      for (const file of files) transfer.items.add(file)
      const input = find('input[type=file]')
      input.files = transfer.files
      input.dispatchEvent(new Event('change', { bubbles: true }))
    },
    isGuarded: () => isGuarded,
  }
}

/** Waits for what comes in a while. */
export async function until<T>(look: () => T | undefined | false, ms = 30_000): Promise<T> {
  const end = performance.now() + ms
  for (;;) {
    const found = look()
    if (found !== undefined && found !== false) return found
    if (performance.now() > end) throw new Error(`it did not come: ${look.toString()}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

// Data that other files of tests have left in the browser that they share.
beforeEach(async () => {
  const database = await openDatabase()
  for (const name of database.objectStoreNames) {
    await new Promise((resolve) => {
      const transaction = database.transaction(name, 'readwrite')
      transaction.objectStore(name).clear()
      transaction.oncomplete = resolve
    })
  }
  database.close()
})

/** Everything that lies in the real database of this browser, by store. */
export async function databaseContents(): Promise<Readonly<Record<string, unknown[]>>> {
  const database = await openDatabase()
  const contents: Record<string, unknown[]> = {}
  for (const name of database.objectStoreNames) {
    contents[name] = await new Promise((resolve, reject) => {
      const request = database.transaction(name).objectStore(name).getAll()
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
  }
  database.close()
  return contents
}

/** As it is; where there is none, an empty one, which the page upgrades. */
function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('sealdrop')
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
