import type { Bytes } from '#protocol/bytes.ts'
import { within } from './within.ts'

/** Everything that the client does to the browser except drawing. Tests pass their own. */
export interface Device {
  /** `https://drop.example` */
  readonly origin: string
  /** Milliseconds since 1970, as somebody has set it. */
  clock(): number
  /** Milliseconds since any moment. It goes on evenly, whatever becomes of the clock. */
  ticks(): number
  /** Ends early when the connection comes back. */
  wait(ms: number): Promise<void>
  /** @returns whether it is in the clipboard now. */
  copy(text: string): Promise<boolean>
  readonly canShare: boolean
  /** @returns whether it was handed over; `false` if the person thought better of it, `undefined` if this browser could not. */
  share(link: string): Promise<boolean | undefined>
  /** Saves bytes to a file. They are never shown by this origin, whatever they are. */
  save(name: string, bytes: Bytes | Blob): void
  /** The fragment, without its `#`. */
  fragment(): string
  /**
   * Puts the address back to what the main screen stands for, without a request and without another entry of the history of
   * the tab. The note of the visit in the browser's own list stays, which no page can change: SECURITY.md.
   */
  address(fragment: string): void
  reload(): void
  /** Asks before the page is left, as long as `isGuarded`. */
  guard(isGuarded: boolean): void
  title(text: string): void
  /** Runs one at a time over all tabs of this browser. */
  alone<T>(name: string, run: () => Promise<T>): Promise<T>
  /** Runs unless another tab of this browser is at it. @returns whether it ran */
  ifFree(name: string, run: () => Promise<void>): Promise<boolean>
}

export function browserDevice(): Device {
  let isGuarded = false
  addEventListener('beforeunload', (event) => {
    if (isGuarded) event.preventDefault()
  })
  // A file or a link that nothing takes would be opened in place of the page, and the page be lost.
  for (const name of ['dragover', 'drop'] as const)
    addEventListener(name, (event) => {
      if (!isTextForField(event)) event.preventDefault()
    })
  return {
    origin: location.origin,
    clock: () => Date.now(),
    ticks: () => performance.now(),
    wait: (ms) =>
      new Promise((resolve) => {
        const end = (): void => {
          clearTimeout(timer)
          removeEventListener('online', end)
          resolve()
        }
        const timer = setTimeout(end, ms)
        addEventListener('online', end)
      }),
    copy: (text) => succeeds(() => within(COPY_MS, () => navigator.clipboard.writeText(text))),
    canShare: 'share' in navigator,
    share,
    save,
    fragment: () => location.hash.slice(1),
    address(fragment) {
      try {
        history.replaceState(null, '', fragment === '' ? '/' : `/#${fragment}`)
      } catch {
        // Browsers refuse too many in a short time. The screen is no less true.
      }
    },
    reload: () => location.reload(),
    guard: (on) => {
      isGuarded = on
    },
    title: (text) => {
      document.title = text
    },
    alone: async (name, run) => (await locks()).underLock(name, {}, run),
    ifFree: async (name, run) =>
      (await locks()).underLock(name, { ifAvailable: true }, async (isFree) => {
        if (isFree) await run()
        return isFree
      }),
  }
}

function isTextForField({ dataTransfer, target }: DragEvent): boolean {
  return (
    dataTransfer?.types.includes('Files') === false && target instanceof Element && target.matches('textarea, input')
  )
}

/** Sealing a text needs none. */
const locks = (): Promise<typeof import('./locks.ts')> => import('./locks.ts')

async function succeeds(act: () => Promise<void>): Promise<boolean> {
  try {
    await act()
    return true
  } catch {
    return false
  }
}

async function share(url: string): Promise<boolean | undefined> {
  try {
    await navigator.share({ url })
    return true
  } catch (error) {
    return error instanceof DOMException && error.name === 'AbortError' ? false : undefined
  }
}

function save(name: string, bytes: Bytes | Blob): void {
  // Whatever type the sender gave it, here it is bytes: a browser that were to open it would not render it as ours.
  const url = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }))
  const anchor = document.createElement('a')
  anchor.href = url
  anchor.download = name
  anchor.click()
  setTimeout(() => URL.revokeObjectURL(url), SAVE_MS)
}

/** How long a browser may take to copy, in milliseconds: it may ask first. */
const COPY_MS = 20_000

/** How long a browser may take to start reading a file that it saves, in milliseconds. */
const SAVE_MS = 60_000
