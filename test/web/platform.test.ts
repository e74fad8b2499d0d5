import { expect, onTestFinished, test, vi } from 'vitest'
import type { DropId } from '#protocol/id.ts'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { BoxFault } from '../../web/pages/box/fault.ts'
import { browserPasskeys } from '../../web/pages/box/passkeys.ts'
import { browserTabs } from '../../web/platform/tabs.ts'
import { browserDevice } from '../../web/platform/device.ts'
import type { Disk } from '../../web/platform/disk.ts'
import { openDisk } from '../../web/platform/opfs.ts'
import { diskThatWorks } from '../../web/read/read-flow.ts'
import { openStore } from '../../web/platform/store.ts'
import { breakCall, FAULTS, outcome, SYNC_FAULTS, type PlatformFault } from './support/platform.ts'
import { answer, sealed, sealing, serve, stage, take, openLinks } from './support/stage.ts'

const CLAIM = 'POST /v1/drops/claim'
const save = (): void => {}
const anId = (): DropId => `id-${crypto.randomUUID()}` as DropId

/** Every call of this list with everything that it may do. */
function each<Call extends { readonly name: string }>(
  calls: readonly Call[],
  faults: readonly PlatformFault[] = FAULTS,
): [title: string, call: Call, fault: PlatformFault][] {
  return calls.flatMap((call) =>
    faults.map((fault): [string, Call, PlatformFault] => [`${call.name} ${fault}`, call, fault]),
  )
}

test.for(each([{ name: 'navigator.clipboard.writeText' }]))(
  '%s: it is not said that anything was copied',
  async ([, , fault]) => {
    breakCall(Clipboard.prototype, 'writeText', fault)
    // Of a browser that says that it has copied nobody knows better.
    expect(await outcome(fault, () => browserDevice().copy('text'))).toBe(fault === 'lies')
  },
)

test.for(FAULTS)('a browser whose way to share %s says so, and one that was declined does not', async (fault) => {
  breakCall(navigator, 'share', fault)
  if (fault === 'never answers') return
  expect(await outcome(fault, () => browserDevice().share('https://drop.example/'))).toBe(
    fault === 'lies' ? true : undefined,
  )
  Object.defineProperty(navigator, 'share', {
    configurable: true,
    value: () => Promise.reject(new DOMException('', 'AbortError')),
  })
  expect(await outcome(fault, () => browserDevice().share('https://drop.example/'))).toBe(false)
})

test.for(each([{ name: 'navigator.locks.request' }]))(
  '%s: what has to be done alone is done once all the same',
  async ([, , fault]) => {
    breakCall(LockManager.prototype, 'request', fault)
    let runs = 0
    const run = async (): Promise<string> => `run ${++runs}`
    expect(await outcome(fault, () => browserDevice().alone(`a ${fault}`, run))).toBe('run 1')
    expect(await outcome(fault, () => browserDevice().ifFree(`b ${fault}`, async () => void (await run())))).toBe(true)
    expect(runs).toBe(2)
    expect(
      await outcome(fault, () => browserDevice().alone(`c ${fault}`, () => Promise.reject(new Error('its own')))),
    ).toEqual(new Error('its own'))
  },
)

test('a lock that another tab has is waited for, however long', async () => {
  let release = (): void => {}
  void navigator.locks.request('held', () => new Promise<void>((resolve) => (release = resolve)))
  const order: string[] = []
  const alone = browserDevice().alone('held', async () => order.push('ran'))
  expect(
    await outcome('never answers', () => Promise.race([alone, new Promise((resolve) => setTimeout(resolve, 60_000))])),
  ).toBeUndefined()
  expect(order).toEqual([])
  expect(await browserDevice().ifFree('held', async () => void order.push('not free'))).toBe(false)
  release()
  await alone
  expect(order).toEqual(['ran'])
})

test('a browser that refuses to change the address shows what it shows all the same', () => {
  breakCall(History.prototype, 'replaceState', 'throws')
  expect(() => browserDevice().address('sent')).not.toThrow()
})

test.for(FAULTS)('navigator.storage.estimate %s: nobody says that there is no room', async (fault) => {
  breakCall(StorageManager.prototype, 'estimate', fault)
  const disk = await openDisk({ save })
  expect(await outcome(fault, () => disk.freeBytes())).toBe(Infinity)
})

/** All that a disk is made of. */
const DISK = [
  { name: 'navigator.storage.getDirectory', owner: StorageManager.prototype, call: 'getDirectory' },
  { name: 'getDirectoryHandle', owner: FileSystemDirectoryHandle.prototype, call: 'getDirectoryHandle' },
  { name: 'getFileHandle', owner: FileSystemDirectoryHandle.prototype, call: 'getFileHandle' },
  { name: 'createWritable', owner: FileSystemFileHandle.prototype, call: 'createWritable' },
  { name: 'getFile', owner: FileSystemFileHandle.prototype, call: 'getFile' },
  { name: 'write', owner: FileSystemWritableFileStream.prototype, call: 'write' },
  { name: 'close', owner: WritableStream.prototype, call: 'close' },
] as const

test.for(each(DISK))(
  '%s: the page says that it has memory only, before anything is claimed',
  async ([, { call, owner }, fault]) => {
    breakCall(owner, call, fault)
    const device = { ...browserDevice(), save }
    const found = await outcome(fault, () => diskThatWorks({ device, disk: () => openDisk(device) }))
    expect(found).toMatchObject({ isLasting: false })
    const kept = await (found as Disk).stage(anId())
    await kept?.keep(0, new Uint8Array([1, 2, 3]))
    expect(await kept?.read(0)).toEqual(new Uint8Array([1, 2, 3]))
  },
)

test.for(each(DISK.slice(2)))(
  '%s in the middle of a download: a part that is not whole is not taken for one',
  async ([, { call, owner }, fault]) => {
    const disk = await openDisk({ save })
    expect(disk.isLasting).toBe(true)
    const parts = await disk.stage(anId())
    breakCall(owner, call, fault)
    expect(await outcome(fault, async () => parts?.keep(0, new Uint8Array([1, 2, 3])))).toBeInstanceOf(Error)
  },
)

test('where locks are missing the disk works', async () => {
  breakCall(LockManager.prototype, 'request', 'is missing')
  const disk = await openDisk({ save })
  expect(await disk.works()).toBe(true)
  const parts = await disk.stage(anId())
  await parts?.keep(0, new Uint8Array([7]))
  expect(await parts?.size(0)).toBe(1)
  await parts?.clear()
  await disk.sweep(new Set())
})

test.for(SYNC_FAULTS)('indexedDB.open %s: what is kept ends with the page, which says so', async (fault) => {
  breakCall(IDBFactory.prototype, 'open', fault)
  expect(await outcome(fault, openStore)).toMatchObject({ isLasting: false })
})

const DATABASE = [
  { name: 'transaction', owner: IDBDatabase.prototype, call: 'transaction' },
  { name: 'objectStore', owner: IDBTransaction.prototype, call: 'objectStore' },
  { name: 'put', owner: IDBObjectStore.prototype, call: 'put' },
  { name: 'get', owner: IDBObjectStore.prototype, call: 'get' },
] as const

test.for(each(DATABASE, SYNC_FAULTS))(
  '%s of a database: a reader key that is not there is not taken for kept',
  async ([, { call, owner }, fault]) => {
    const store = await openStore()
    expect(store.isLasting).toBe(true)
    const reader = { key: await generateSigningKey(), expiresAtMs: Date.now() + 60_000 }
    const id = anId()
    breakCall(owner, call, fault)
    expect(await outcome(fault, () => store.keepReader(id, reader))).toBeInstanceOf(Error)
  },
)

test.for(each(DATABASE, SYNC_FAULTS))(
  '%s of a database: the person knows before anything is claimed, and can open the message all the same',
  async ([, { call, owner }, fault]) => {
    const { ciphertext, fragment } = await sealed()
    const store = await openStore()
    const server = serve(ciphertext, () => answer(200, { burned: true }))
    const { log, state, tools } = stage(server, { store: async () => store })
    const opening = openLinks(tools)
    breakCall(owner, call, fault)
    await outcome(fault, () => opening.arrive(fragment))
    if (state().isLasting) await outcome(fault, () => opening.open(''))
    expect(state()).toMatchObject({ isLasting: false, main: { at: 'open' } })
    expect(log).not.toContain(CLAIM)
    await outcome(fault, () => opening.open(''))
    expect(state().main).toMatchObject({ at: 'opened', ack: 'burned' })
  },
)

test('a database that the browser has closed is opened again', async () => {
  const open = indexedDB.open.bind(indexedDB)
  const opened: IDBDatabase[] = []
  const spy = vi.spyOn(IDBFactory.prototype, 'open').mockImplementation((...order) => {
    const request = open(...order)
    request.addEventListener('success', () => opened.push(request.result))
    return request
  })
  onTestFinished(() => spy.mockRestore())
  const store = await openStore()
  opened[0]?.close()
  expect(await store.sent()).toEqual(expect.any(Array))
  expect(opened).toHaveLength(2)
})

test.for(['is missing', 'throws'] as const)('BroadcastChannel %s: a box works in one tab', (fault) => {
  breakCall(globalThis, 'BroadcastChannel', fault)
  const tabs = browserTabs()
  tabs.listen(() => {})()
  expect(() => tabs.post({ box: 'sdbox1' as Parameters<typeof tabs.post>[0]['box'], what: 'changed' })).not.toThrow()
})

test.for(each([{ name: 'navigator.credentials.create' }]))('%s: no passkey is said to be made', async ([, , fault]) => {
  breakCall(CredentialsContainer.prototype, 'create', fault)
  expect(await outcome(fault, async () => browserPasskeys()?.make([], Date.now()))).toBeInstanceOf(BoxFault)
})

const KEYS = [
  { name: 'crypto.subtle.importKey', call: 'importKey' },
  { name: 'crypto.subtle.generateKey', call: 'generateKey' },
] as const

test.for(each(KEYS, ['throws', 'rejects']))(
  '%s: a message stays in the form, and the browser is named as the cause',
  async ([, { call }, fault]) => {
    const { state, tools } = stage(async (exchange) => take(exchange, 1_700_090_000))
    tools.dispatch({ type: 'drafted', draft: { text: 'hello' } })
    breakCall(SubtleCrypto.prototype, call, fault)
    await outcome(fault, () => sealing(tools).seal())
    expect(state()).toMatchObject({
      draft: { text: 'hello' },
      main: { at: 'compose', fault: { at: 'server', code: 'platform' } },
    })
  },
)

test.for(each(KEYS.slice(0, 1), ['throws', 'rejects']))(
  '%s: a link is not used up, and the browser is named as the cause',
  async ([, { call }, fault]) => {
    const { ciphertext, fragment } = await sealed()
    const { log, state, tools } = stage(serve(ciphertext, () => answer(200, { burned: true })))
    breakCall(SubtleCrypto.prototype, call, fault)
    await outcome(fault, () => openLinks(tools).arrive(fragment))
    expect(state().main).toMatchObject({ at: 'looking', fault: { at: 'server', code: 'platform' } })
    expect(log).not.toContain(CLAIM)
  },
)
