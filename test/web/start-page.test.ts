import { expect, test } from 'vitest'
import { startPage } from '../../web/start-page.tsx'
import { memoryStore } from '../../web/store.ts'
import { page } from '../../web/words/page.ts'
import { boxWords } from '../../web/words/boxes.ts'
import { lost } from '../client/support/network.ts'
import { stage } from './support/stage.ts'

test('a room that could not be loaded, and is asked for twice in a row, is there once', async () => {
  const root = document.createElement('div')
  document.body.append(root)
  let lists = 0
  const { tools } = stage(async (exchange) => lost(exchange), {
    store: async () => ({ ...memoryStore(), vaults: async () => (lists++, []) }),
    device: { fragment: () => 'boxes' },
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  let asked = 0
  await startPage(root, tools, () => (asked++ === 0 ? Promise.reject(new TypeError('offline')) : promise))
  expect(root.textContent).toContain(page.notLoaded)
  const again = root.querySelector('button')
  again?.click()
  again?.click()
  resolve()
  await expect.poll(() => root.textContent).toContain(boxWords.empty)
  expect(lists).toBe(1)
  root.remove()
})
