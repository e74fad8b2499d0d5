import { expect, test } from 'vitest'
import { openDisk } from '../../web/disk.ts'
import { flip } from '../client/support/bytes.ts'
import { lost, refuses, says } from '../client/support/network.ts'
import { bytesOf, largeDrop, lineTo, openBrowser, openPage } from './support/large.ts'

test('a drop in parts is received, verified, acknowledged and saved, byte for byte', async () => {
  const drop = await largeDrop()
  const browser = await openBrowser()
  const { opening, state, log } = openPage(lineTo(drop), browser)
  await opening.arrive(drop.fragment)
  expect(state().main).toMatchObject({ at: 'open', waiting: { room: { isOnDisk: true } } })
  expect(drop.asked()).toEqual([])
  await opening.open('')
  expect(state().main).toMatchObject({ at: 'opened', text: 'the film', ack: 'burned', held: { isOnDisk: true } })
  expect(drop.asked()).toEqual(['claim', 'part 1', 'part 2', 'ack'])
  // Not all of it is taken: a reload has to find the way back.
  expect(log).not.toContain('address ')
  await opening.saveFile('film/one.mp4')
  expect(await bytesOf(browser.saved.get('film/one.mp4'))).toEqual(drop.film)
  expect(drop.asked()).toEqual(['claim', 'part 1', 'part 2', 'ack'])
})

test('the text is not shown before the last chunk has been verified', async () => {
  const drop = await largeDrop()
  const last = drop.server.parts.get(2) ?? new Uint8Array(0)
  drop.server.parts.set(2, flip(last, last.length - 1))
  const shown: string[] = []
  const { opening, state } = openPage(lineTo(drop), await openBrowser(), {
    onChange: () => shown.push(JSON.stringify(state())),
  })
  await opening.arrive(drop.fragment)
  await opening.open('')
  expect(state().main).toEqual({ at: 'unreadable', isAcknowledged: false })
  expect(shown.join()).not.toContain('the film')
  expect(drop.asked()).not.toContain('ack')
})

test('not enough room is said before anything is claimed, with how much it takes; looking again finds it', async () => {
  const drop = await largeDrop()
  let free = 20_000_000
  const browser = await openBrowser()
  const { opening, state } = openPage(lineTo(drop), browser, { disk: { freeBytes: async () => free } })
  await opening.arrive(drop.fragment)
  const { size } = await drop.server
    .transport({ method: 'GET', url: `${drop.server.origin}/v1/drops/status`, fields: {} })
    .then(({ body }) => JSON.parse(new TextDecoder().decode(body)) as { size: number })
  // Without a dialog the browser's downloads take a copy.
  expect(state().main).toMatchObject({
    at: 'open',
    waiting: { room: { neededBytes: 2 * size, obstacle: { at: 'disk', mostBytes: free } } },
  })
  free = 2 * size
  await opening.arrive(drop.fragment)
  expect(state().main).toMatchObject({ at: 'open', waiting: { room: { neededBytes: 2 * size } } })
  expect(state().main).not.toHaveProperty('waiting.room.obstacle')
  expect(drop.asked()).toEqual([])
})

test('a browser without a disk for pages says before the claim what is too large for its memory', async () => {
  const drop = await largeDrop()
  const browser = await openBrowser()
  const disk = { isLasting: false, freeBytes: async () => 1_000_000 }
  const { opening, state } = openPage(lineTo(drop), browser, { disk })
  await opening.arrive(drop.fragment)
  expect(state().main).toMatchObject({ waiting: { room: { obstacle: { at: 'memory', mostBytes: 1_000_000 } } } })
  expect(drop.asked()).toEqual([])
})

test('after a crash the same link goes on with what is staged, and fetches nothing twice', async () => {
  const drop = await largeDrop((request, n) => (request === 'part' && n === 2 && isAway ? lost : undefined))
  let isAway = true
  const browser = await openBrowser()
  const first = openPage(lineTo(drop), browser, { waits: 3 })
  await first.opening.arrive(drop.fragment)
  void first.opening.open('')
  await expect.poll(() => first.state().main).toMatchObject({ at: 'receiving', flow: 'waiting' })
  isAway = false
  const before = drop.asked().length

  const { opening, state } = openPage(lineTo(drop), browser)
  await opening.arrive(drop.fragment)
  await opening.open('')
  expect(state().main).toMatchObject({ at: 'opened', text: 'the film' })
  expect(drop.asked().slice(before)).toEqual(['part 2', 'ack'])
})

test('a connection that comes back is used by itself', async () => {
  let isAway = true
  const drop = await largeDrop((request, n) => (request === 'part' && n === 2 && isAway ? lost : undefined))
  let connect = (): void => {}
  let waits = 0
  const wait = (): Promise<void> => (waits++ < 20 ? Promise.resolve() : new Promise((resolve) => (connect = resolve)))
  let now = 1_800_000_000_000
  const { opening, state } = openPage(lineTo(drop), await openBrowser(), {
    device: { wait, clock: () => (now += 5_000) },
  })
  await opening.arrive(drop.fragment)
  const opened = opening.open('')
  await expect.poll(() => waits).toBe(21)
  expect(state().main).toMatchObject({ at: 'receiving', flow: 'waiting' })
  isAway = false
  connect()
  await opened
  expect(state().main).toMatchObject({ at: 'opened', ack: 'burned' })
})

test('a pause keeps what has come in, and going on fetches the rest; the one that was under way comes to nothing', async () => {
  let release = (): void => {}
  const held = new Promise<void>((resolve) => (release = resolve))
  let isHeld = true
  const drop = await largeDrop((request, n) => {
    if (request !== 'part' || n !== 2 || !isHeld) return undefined
    return ({ signal }) =>
      new Promise((_, reject) => {
        signal?.addEventListener('abort', () => reject(new TypeError('aborted')))
        release()
      })
  })
  const { opening, state } = openPage(lineTo(drop), await openBrowser())
  await opening.arrive(drop.fragment)
  const opened = opening.open('')
  await held
  await expect.poll(() => state().main.at).toBe('receiving')
  opening.pause()
  await opened
  expect(state().main).toMatchObject({ at: 'receiving', flow: 'paused' })
  isHeld = false
  await opening.goOn()
  expect(state().main).toMatchObject({ at: 'opened', text: 'the film' })
  expect(drop.asked()).toEqual(['claim', 'part 1', 'part 2', 'part 2', 'ack'])
})

test('cancelling removes what has come in, and the claim stays with this browser', async () => {
  let isHeld = true
  const drop = await largeDrop((request, n) => (request === 'part' && n === 2 && isHeld ? lost : undefined))
  const browser = await openBrowser()
  const { opening, state } = openPage(lineTo(drop), browser, { waits: 1 })
  await opening.arrive(drop.fragment)
  void opening.open('')
  await expect.poll(() => state().main).toMatchObject({ at: 'receiving', flow: 'waiting' })
  await opening.cancel()
  expect(state().main).toMatchObject({ at: 'open', note: 'cancelled' })
  const { sealed: _, ...ids } = { sealed: 0, ids: await browser.kept.readerIds() }
  expect(ids.ids.length).toBeGreaterThan(0)
  isHeld = false
  await opening.open('')
  expect(state().main).toMatchObject({ at: 'opened' })
  expect(drop.asked().filter((request) => request === 'claim')).toHaveLength(2)
})

test('a disk that takes no more is told of as such, what came is kept, and it goes on when there is room', async () => {
  const drop = await largeDrop()
  const browser = await openBrowser()
  let isFull = true
  const { opening, state } = openPage(lineTo(drop), browser, {
    disk: {
      async stage(dropId) {
        const stage = await browser.disk.stage(dropId)
        return (
          stage && {
            ...stage,
            async keep(n, part) {
              if (n === 1 && isFull) throw new DOMException('', 'QuotaExceededError')
              await stage.keep(n, part)
            },
          }
        )
      },
    },
  })
  await opening.arrive(drop.fragment)
  await opening.open('')
  expect(state().main).toMatchObject({ at: 'receiving', flow: 'paused', fault: 'full' })
  isFull = false
  await opening.goOn()
  expect(state().main).toMatchObject({ at: 'opened' })
  expect(drop.asked().filter((request) => request === 'claim')).toHaveLength(1)
})

test('a staged part that was changed is one failure that saves and acknowledges nothing; trying again fetches it anew', async () => {
  let isAway = true
  const drop = await largeDrop((request, n) => (request === 'part' && n === 2 && isAway ? lost : undefined))
  const browser = await openBrowser()
  const first = openPage(lineTo(drop), browser, { waits: 1 })
  await first.opening.arrive(drop.fragment)
  void first.opening.open('')
  await expect.poll(() => first.state().main).toMatchObject({ at: 'receiving', flow: 'waiting' })
  const [dropId] = (await browser.kept.readerIds()).slice(-1)
  const ids = await browser.kept.readerIds()
  for (const id of ids) {
    const stage = await browser.disk.stage(id)
    const part = await stage?.read(1)
    if (part !== undefined) await stage?.keep(1, flip(part, 100_000))
  }
  expect(dropId).toBeDefined()
  isAway = false

  const { opening, state } = openPage(lineTo(drop), browser)
  await opening.arrive(drop.fragment)
  await opening.open('')
  expect(state().main).toEqual({ at: 'unreadable', isAcknowledged: false })
  expect(browser.saved.size).toBe(0)
  expect(drop.asked()).not.toContain('ack')
  await opening.saveSealed()
  expect(browser.saved.get('drop.age')?.size).toBe(
    [...drop.server.parts.values()].reduce((sum, { length }) => sum + length, 0),
  )
  await opening.arrive(drop.fragment)
  await opening.open('')
  expect(state().main).toMatchObject({ at: 'opened', text: 'the film' })
})

test('what was opened and not saved opens again after a reload without the server, until all of it is taken', async () => {
  let isGone = false
  const drop = await largeDrop(() => (isGone ? refuses('gone') : undefined))
  const browser = await openBrowser()
  const first = openPage(lineTo(drop), browser)
  await first.opening.arrive(drop.fragment)
  await first.opening.open('')
  await first.opening.copyText()
  isGone = true
  const { length } = drop.server.asked

  const second = openPage(lineTo(drop), browser)
  await second.opening.arrive(drop.fragment)
  expect(second.state().main).toMatchObject({ at: 'opened', text: 'the film', ack: 'earlier' })
  expect(drop.server.asked).toHaveLength(length)
  await second.opening.copyText()
  await second.opening.saveAll()
  expect([...browser.saved.keys()]).toEqual(['sealdrop.tar'])
  expect(second.log).toContain('address ')

  const third = openPage(lineTo(drop), browser)
  await third.opening.arrive(drop.fragment)
  expect(third.state().main).toMatchObject({ at: 'gone' })
})

test('behind a passphrase a reload asks for it again, and a wrong one is told here, without the server', async () => {
  const drop = await largeDrop(undefined, 'right')
  const browser = await openBrowser()
  const first = openPage(lineTo(drop), browser)
  await first.opening.arrive(drop.fragment)
  await first.opening.open('right')
  expect(first.state().main).toMatchObject({ at: 'opened', ack: 'burned' })
  const { length } = drop.server.asked

  const { opening, state } = openPage(lineTo(drop), browser)
  await opening.arrive(drop.fragment)
  expect(state().main).toMatchObject({ at: 'open', note: 'earlier' })
  await opening.open('wrong')
  expect(state().main).toMatchObject({ at: 'open', fault: { at: 'passphrase', triesLeft: undefined } })
  await opening.open('right')
  expect(state().main).toMatchObject({ at: 'opened', ack: 'earlier' })
  expect(drop.server.asked).toHaveLength(length)
})

test('with a first part staged, a passphrase that was typed anew is proved to the server before it is believed', async () => {
  let isAway = true
  const drop = await largeDrop((request, n) => (request === 'part' && n === 2 && isAway ? lost : undefined), 'right')
  const browser = await openBrowser()
  const first = openPage(lineTo(drop), browser, { waits: 1 })
  await first.opening.arrive(drop.fragment)
  void first.opening.open('right')
  await expect.poll(() => first.state().main).toMatchObject({ at: 'receiving', flow: 'waiting' })
  isAway = false
  let isWrong = true
  const { opening, state } = openPage(async (exchange) => {
    const isSigned = exchange.fields['Signature-Input']?.includes('claim=') === true
    if (exchange.url.endsWith('/status') && isSigned && isWrong)
      return refuses('wrong_passphrase', { triesLeft: 9 })(exchange)
    return drop.server.transport(exchange)
  }, browser)
  await opening.arrive(drop.fragment)
  expect(state().main).toMatchObject({ at: 'open', note: 'resumed' })
  await opening.open('wrong')
  expect(state().main).toMatchObject({ at: 'open', fault: { at: 'passphrase', triesLeft: 9 } })
  isWrong = false
  await opening.open('right')
  expect(state().main).toMatchObject({ at: 'opened' })
})

test('what another tab is receiving is not touched, and said so', async () => {
  const drop = await largeDrop(() => undefined)
  const [one, two] = [await openBrowser(), await openBrowser()]
  const first = openPage(lineTo(drop), one)
  await first.opening.arrive(drop.fragment)
  await first.opening.open('')
  // The same disk, seen by another page: it has the same files and other locks.
  const second = openPage(async (exchange) => drop.server.transport(exchange), two)
  await second.opening.arrive(drop.fragment)
  expect(second.state().main).toMatchObject({ fault: { at: 'elsewhere' } })
  expect(first.state().main).toMatchObject({ at: 'opened' })
})

test('parts without a reader key are swept, those of others and those in use are not', async () => {
  const [mine, other] = [await openDisk({ save: () => {} }), await openDisk({ save: () => {} })]
  const ids = ['kept', 'used', 'left'].map((name) => `${name}-${crypto.randomUUID()}`)
  const stages = []
  for (const id of ids) {
    const disk = id.startsWith('used') ? other : mine
    // Any text names a folder; the id of a drop is only what it usually is.
    const stage = await disk.stage(id as Parameters<typeof disk.stage>[0])
    await stage?.keep(0, new Uint8Array(10))
    stages.push(stage)
  }
  const root = await navigator.storage.getDirectory()
  const folder = await root.getDirectoryHandle('parts')
  await folder.getDirectoryHandle('left-behind', { create: true })
  await other.sweep(new Set(ids.filter((id) => id.startsWith('kept'))))
  const names = new Set<string>()
  for await (const name of folder.keys()) names.add(name)
  expect(names.has('left-behind')).toBe(false)
  expect(ids.every((id) => names.has(id))).toBe(true)
  for (const stage of stages) await stage?.clear()
  expect(await stages[0]?.count()).toBe(0)
})

test('a part is there whole or not at all', async () => {
  const disk = await openDisk({ save: () => {} })
  const id = `whole-${crypto.randomUUID()}` as Parameters<typeof disk.stage>[0]
  const stage = await disk.stage(id)
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('parts')
  const own = await folder.getDirectoryHandle(id, { create: true })
  // As a crash leaves it in the middle of a write.
  const writable = await (await own.getFileHandle('0', { create: true })).createWritable()
  await writable.write(new Uint8Array(1_000))
  expect(await stage?.read(0)).toBeUndefined()
  expect(await stage?.count()).toBe(0)
  await writable.abort()
  await stage?.keep(0, new Uint8Array([1, 2, 3]))
  expect(await stage?.read(0)).toEqual(new Uint8Array([1, 2, 3]))
  await stage?.clear()
  expect(await stage?.read(0)).toBeUndefined()
})

test('of what the server says of a drop nothing is believed before it is verified: a status is no opened drop', async () => {
  const drop = await largeDrop((request) =>
    request === 'status'
      ? says({ expires: 1_800_003_600, reads: 1, size: 9_000_000, parts: 2, largest: 1, state: 'ready', claims: [] })
      : undefined,
  )
  const { opening, state } = openPage(lineTo(drop), await openBrowser())
  await opening.arrive(drop.fragment)
  await opening.open('')
  expect(state().main).toEqual({ at: 'unreadable', isAcknowledged: false })
})
