import { expect, test } from 'vitest'
import { equalBytes } from '#protocol/bytes.ts'
import { flip } from '../kit/bytes.ts'
import { lost, says } from '../kit/network.ts'
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
  expect(drop.asked()).toEqual(['claim', 'part 1', 'ack'])
  // Not all of it is taken: a reload has to find the way back.
  expect(log).not.toContain('address ')
  await opening.saveFile('film/one.mp4')
  expect(equalBytes(await bytesOf(browser.saved.get('film_one.mp4')), drop.film)).toBe(true)
  expect(drop.asked()).toEqual(['claim', 'part 1', 'ack'])
})

test('the text is not shown before the last chunk has been verified', async () => {
  const drop = await largeDrop()
  const last = drop.server.parts.get(1) ?? new Uint8Array(0)
  drop.server.parts.set(1, flip(last, last.length - 1))
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
  let free = 12_000_000
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
  const drop = await largeDrop((request, n) => (request === 'part' && n === 1 && isAway ? lost : undefined))
  let isAway = true
  const browser = await openBrowser()
  const first = openPage(lineTo(drop), browser, { waits: 0 })
  await first.opening.arrive(drop.fragment)
  void first.opening.open('')
  await expect.poll(() => first.state().main).toMatchObject({ at: 'receiving', flow: 'waiting' })
  isAway = false
  const before = drop.asked().length

  const { opening, state } = openPage(lineTo(drop), browser)
  await opening.arrive(drop.fragment)
  await opening.open('')
  expect(state().main).toMatchObject({ at: 'opened', text: 'the film' })
  expect(drop.asked().slice(before)).toEqual(['part 1', 'ack'])
})

test('a connection that comes back is used by itself', async () => {
  let isAway = true
  const drop = await largeDrop((request, n) => (request === 'part' && n === 1 && isAway ? lost : undefined))
  let connect: (() => void) | undefined
  let now = 1_800_000_000_000
  const end = now + 200_000
  const wait = (ms: number): Promise<void> => {
    now += ms
    return now < end ? Promise.resolve() : new Promise((resolve) => (connect = resolve))
  }
  const { opening, state } = openPage(lineTo(drop), await openBrowser(), { device: { wait, clock: () => now } })
  await opening.arrive(drop.fragment)
  const opened = opening.open('')
  await expect.poll(() => connect).toBeDefined()
  expect(state().main).toMatchObject({ at: 'receiving', flow: 'waiting' })
  isAway = false
  connect?.()
  await opened
  expect(state().main).toMatchObject({ at: 'opened', ack: 'burned' })
})

test('a pause keeps what has come in, and going on fetches the rest; the one that was under way comes to nothing', async () => {
  let release = (): void => {}
  const held = new Promise<void>((resolve) => (release = resolve))
  let isHeld = true
  const drop = await largeDrop((request, n) => {
    if (request !== 'part' || n !== 1 || !isHeld) return undefined
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
  expect(drop.asked()).toEqual(['claim', 'part 1', 'part 1', 'ack'])
})

test('cancelling removes what has come in, and the claim stays with this browser', async () => {
  let isHeld = true
  const drop = await largeDrop((request, n) => (request === 'part' && n === 1 && isHeld ? lost : undefined))
  const browser = await openBrowser()
  const { opening, state } = openPage(lineTo(drop), browser, { waits: 0 })
  await opening.arrive(drop.fragment)
  void opening.open('')
  await expect.poll(() => state().main).toMatchObject({ at: 'receiving', flow: 'waiting' })
  await opening.cancel()
  expect(state().main).toMatchObject({ at: 'open', note: 'cancelled' })
  expect(await (await browser.disk.stage(drop.dropId))?.count()).toBe(0)
  expect(await browser.kept.reader(drop.dropId)).toBeDefined()
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
  const drop = await largeDrop((request, n) => (request === 'part' && n === 1 && isAway ? lost : undefined))
  const browser = await openBrowser()
  const first = openPage(lineTo(drop), browser, { waits: 0 })
  await first.opening.arrive(drop.fragment)
  void first.opening.open('')
  await expect.poll(() => first.state().main).toMatchObject({ at: 'receiving', flow: 'waiting' })
  const stage = await browser.disk.stage(drop.dropId)
  await stage?.keep(0, flip((await stage.read(0)) ?? new Uint8Array(0), 100_000))
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

test('a part that comes in after the drop has turned out changed does not bring the screen back', async () => {
  let release = (): void => {}
  const late = new Promise<void>((resolve) => (release = resolve))
  const browser = await openBrowser()
  const drop = await largeDrop()
  drop.server.parts.set(0, flip(drop.server.parts.get(0) ?? new Uint8Array(0), 1_000_000))
  const { opening, state } = openPage(async (exchange) => {
    const answer = await drop.server.transport(exchange)
    if (exchange.url.includes('/part')) await late
    return answer
  }, browser)
  await opening.arrive(drop.fragment)
  await opening.open('')
  expect(state().main).toMatchObject({ at: 'unreadable' })
  release()
  await expect.poll(async () => (await browser.disk.stage(drop.dropId))?.count()).toBe(2)
  expect(state().main).toMatchObject({ at: 'unreadable' })
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
