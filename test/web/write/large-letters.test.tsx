import { render } from 'preact'
import { afterEach, expect, test } from 'vitest'
import { epochAt } from '#protocol/epoch.ts'
import { formatDropId } from '#protocol/id.ts'
import { openStore } from '../../../web/platform/store.ts'
import { Interrupted } from '../../../web/send/interrupted.tsx'
import { composeFaults } from '../../../web/copy/compose.ts'
import { refusals, write as words } from '../../../web/copy/write.ts'
import { NOW, sign } from '../../kit/boxes.ts'
import { noise } from '../../kit/bytes.ts'
import { lost } from '../../kit/network.ts'
import { stage, findUploads } from '../support/stage.ts'
import { arrive, codeOf, message, published, read } from './support/letters.ts'
import { databaseContents, until, visit } from './support/room.tsx'

afterEach(() => {
  indexedDB.deleteDatabase('sealdrop')
})

test('a letter in parts goes on after the page was closed, gives its code then, and leaves nothing behind', async () => {
  const { box, server } = await published()
  const film = new File([noise(8_600_000, 3)], 'film.mp4', { lastModified: 5 })
  let isCut = true
  server.hand = (name, { url }) => (isCut && name === 'upload' && url.endsWith('n=1') ? lost : undefined)
  const kept = await openStore()
  const device = {
    clock: () => NOW + performance.now(),
    wait: (): Promise<void> => new Promise((done) => setTimeout(done, 20)),
  }
  const first = visit(server, box.address, { kept, device })
  await arrive(first)
  first.type('message', 'with a film')
  first.tick('wants-code')
  first.choose([film])
  await until(() => first.text().includes(words.largeNote))
  await first.press(words.seal)
  await until(() => server.asked.filter((name) => name === 'upload').length >= 2)
  await first.press('Pause')
  await until(() => first.text().includes('Paused.'))
  expect(first.text()).toContain(words.sendingKeptCode)
  expect((await databaseContents())['uploads']).toHaveLength(1)
  // Where drops for links are sealed nobody learns of it.
  const elsewhere = stage((exchange) => server.transport(exchange), { kept })
  await findUploads(elsewhere.tools)
  expect(elsewhere.state().uploads.interrupted).toEqual([])

  isCut = false
  const second = visit(server, box.address, {
    kept,
    device: { ...device, ifFree: async (_, run) => run().then(() => true) },
  })
  await second.press('Go on with')
  await until(() => second.text().includes('Choose the same files again'))
  second.choose([film])
  const code = await until(() => codeOf(second).length > 0 && codeOf(second))
  expect(code).toHaveLength(12)
  expect(await read(box, server)).toEqual(['with a film'])
  await expect.poll(async () => Object.values(await databaseContents()).flat()).toEqual([])
})

test('a letter in parts that is cancelled comes back into the form, and leaves nothing behind', async () => {
  const { box, server } = await published()
  server.hand = (name, { url }) => (name === 'upload' && url.endsWith('n=1') ? lost : undefined)
  const wait = (): Promise<void> => new Promise((done) => setTimeout(done, 20))
  const page = visit(server, box.address, {
    kept: await openStore(),
    device: { clock: () => NOW + performance.now(), wait },
  })
  await arrive(page)
  page.type('message', 'not today')
  page.choose([new File([noise(8_600_000, 3)], 'film.mp4', { lastModified: 5 })])
  await until(() => page.text().includes('film.mp4'))
  await page.press(words.seal)
  await until(() => server.asked.includes('upload'))
  await page.press('Cancel')
  await page.press('Yes, cancel it')
  await arrive(page)
  await until(() => message(page) === 'not today')
  expect(page.text()).toContain('film.mp4')
  expect(server.asked).toContain('revoke')
  expect(await read(box, server)).toEqual([])
  expect(Object.values(await databaseContents()).flat()).toEqual([])
})

test.for(['stale', 'offline'])('an interrupted letter is cancelled while the keys of its box are %s', async (why) => {
  const { box, server } = await published()
  server.hand = (name, { url }) => (name === 'upload' && url.endsWith('n=1') ? lost : undefined)
  const kept = await openStore()
  const device = {
    clock: () => NOW + performance.now(),
    wait: (): Promise<void> => new Promise((done) => setTimeout(done, 20)),
  }
  const first = visit(server, box.address, { kept, device })
  await arrive(first)
  first.type('message', 'not today')
  first.choose([new File([noise(8_600_000, 3)], 'film.mp4', { lastModified: 5 })])
  await until(() => first.text().includes('film.mp4'))
  await first.press(words.seal)
  await until(() => server.asked.includes('upload'))
  await first.press('Pause')
  await until(() => first.text().includes('Paused.'))

  const stale = await sign(box.root, { readers: box.card.readers, epoch: epochAt(NOW) - 3 })
  if (why === 'stale') server.cards.set(box.address, stale.jws)
  server.hand = (name) => (why === 'offline' && name === 'card' ? lost : undefined)
  const second = visit(server, box.address, { kept, device })
  const heading = why === 'stale' ? refusals.title : words.failed
  await until(() => second.heading() === heading)
  expect(second.text()).toContain(refusals.interrupted)
  // The present readers of the box are not known: nothing goes on.
  expect(second.text()).not.toContain('Go on')
  await second.press('Cancel it')
  await second.press('Yes, cancel it')
  await until(() => second.said() === refusals.cancelled)
  expect(second.heading()).toBe(heading)
  expect(second.text()).not.toContain(refusals.interrupted)
  expect(server.asked).toContain('revoke')
  expect(Object.values(await databaseContents()).flat()).toEqual([])
  server.hand = () => undefined
  server.cards.set(box.address, box.jws)
  await second.press(why === 'stale' ? refusals.again : 'Try again')
  await arrive(second)
  expect(message(second)).toBe('not today')
})

test('an interrupted letter that another tab has finished since is not said to be cancelled', async () => {
  const { box, server } = await published()
  server.hand = (name, { url }) => (name === 'upload' && url.endsWith('n=1') ? lost : undefined)
  const kept = await openStore()
  const device = {
    clock: () => NOW + performance.now(),
    wait: (): Promise<void> => new Promise((done) => setTimeout(done, 20)),
  }
  const first = visit(server, box.address, { kept, device })
  await arrive(first)
  first.choose([new File([noise(8_600_000, 3)], 'film.mp4', { lastModified: 5 })])
  await until(() => first.text().includes('film.mp4'))
  await first.press(words.seal)
  await until(() => server.asked.includes('upload'))
  await first.press('Pause')
  await until(() => first.text().includes('Paused.'))

  const second = visit(server, box.address, { kept, device })
  await arrive(second)
  await until(() => second.text().includes('Cancel it'))
  for (const { unfinished } of await kept.uploads()) await kept.forgetUpload(unfinished.dropId)
  await second.press('Cancel it')
  await second.press('Yes, cancel it')
  await until(() => second.text().includes(composeFaults['upload-over']))
  expect(second.said()).not.toBe(refusals.cancelled)
  expect(server.asked).not.toContain('revoke')
})

test('where an interrupted letter can only be cancelled, no files are asked for, whatever was pressed before', () => {
  const { device } = stage(async (exchange) => lost(exchange)).tools
  const dropId = formatDropId(new Uint8Array(16))
  const cargo = {
    dropId,
    files: [{ name: 'film.mp4', size: 9, modifiedAtMs: 5 }],
    hasText: false,
    needsPassphrase: false,
  }
  const asking = { dropId, to: 'go-on', chosen: [] } as const
  const uploads = { asking, interrupted: [{ ...cargo, sentPart: 0.5, untilMs: NOW + 1_000 }] }
  const interrupted = { ask: () => {}, choose: async () => {}, discard: async () => {} }
  const box = document.createElement('div')
  const draw = (canGoOn: boolean): void =>
    render(
      <Interrupted act={{ interrupted, prepare: () => {} }} device={device} state={{ uploads }} canGoOn={canGoOn} />,
      box,
    )
  draw(true)
  expect(box.textContent).toContain('Choose the same files again')
  draw(false)
  expect(box.textContent).not.toContain('Choose the same files again')
  expect(box.textContent).toContain('Cancel it')
})
