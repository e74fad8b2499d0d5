import { render } from 'preact'
import { afterEach, expect, test } from 'vitest'
import { lazy } from '../../../web/kit/lazy.tsx'
import { page as words } from '../../../web/copy/page.ts'

const page = document.createElement('div')

afterEach(() => render(null, page))

test('a view that comes between another drawing of it and what that drawing would start is shown, not one moment for ever', async () => {
  const coming = Promise.withResolvers<() => string>()
  let asked = 0
  const View = lazy(() => {
    asked++
    return coming.promise
  })
  render(<View key="before" />, page)
  await expect.poll(() => asked).toBe(1)
  render(<View key="after" />, page)
  expect(page.textContent).toBe(words.loading)
  coming.resolve(() => 'There it is.')
  await coming.promise
  await expect.poll(() => page.textContent, { timeout: 5_000 }).toBe('There it is.')
})

test('a view that could not be fetched is fetched again when it is asked for', async () => {
  let isOffline = true
  const View = lazy(async () => {
    if (isOffline) throw new TypeError('offline')
    return () => 'There it is.'
  })
  render(<View />, page)
  await expect.poll(() => page.querySelector('[role=alert]')?.textContent).toBe(words.notLoaded)
  isOffline = false
  page.querySelector('button')?.click()
  await expect.poll(() => page.textContent).toBe('There it is.')
})
