import { afterEach, expect, test } from 'vitest'
import { findInterrupted } from '../../../web/effects/interrupted.ts'
import { openStore } from '../../../web/store.ts'
import { write as words } from '../../../web/words/write.ts'
import { NOW } from '../../client/support/boxes.ts'
import { noise } from '../../client/support/bytes.ts'
import { lost } from '../../client/support/network.ts'
import { stage } from '../support/stage.ts'
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
  await findInterrupted(elsewhere.tools)
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
  expect(Object.values(await databaseContents()).flat()).toEqual([])
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
