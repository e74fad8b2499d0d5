import type { Stretch } from '#client/crypto/argon2.ts'
import { codeKindIn, MISPLACED_PAGES } from '#protocol/misplaced-code.ts'
import { browserDevice } from './platform/device.ts'
import { once } from './kit/memo.ts'
import { startPage } from './start-page.tsx'
import { xhrTransport } from './platform/transport.ts'

const device = browserDevice()
const root = document.querySelector<HTMLElement>('#app') ?? document.body

const stretch: Stretch = async (...wanted) => (await import('./platform/kdf.ts')).stretchAside(...wanted)

const disk = once(async () => (await import('./platform/opfs.ts')).openDisk(device))
const store = once(async () => (await import('./platform/store.ts')).openStore())

// A code that stands before the `#` has been sent. Its page says so, and nothing of it goes there.
const misplaced = location.hash === '' ? codeKindIn(location.search) : undefined
if (misplaced !== undefined) location.replace(MISPLACED_PAGES[misplaced])
else
  await startPage(root, { device, disk, store, stretch, transport: xhrTransport }, () =>
    loadSheet(root.dataset['roomsCss'] ?? '', root.dataset['roomsIntegrity'] ?? ''),
  )

function loadSheet(address: string, integrity: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const link = document.createElement('link')
    link.rel = 'stylesheet'
    link.integrity = integrity
    link.crossOrigin = 'anonymous'
    link.href = address
    link.onload = () => resolve()
    link.onerror = () => {
      link.remove()
      reject(new Error('a sheet was not loaded'))
    }
    document.head.append(link)
  })
}
