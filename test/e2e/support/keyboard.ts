import type { Page } from 'playwright'
import { drawn } from './pages.ts'

/** What somebody does who has no pointer: only keys, and only what has the focus. */

/** Presses Tab until something of that name has the focus; the name may be longer. What is not there yet is waited for. */
export async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const endMs = Date.now() + 30_000
  do {
    // Where the page itself moves the focus, it has done so before.
    await drawn(page)
    for (let presses = 0; presses < 60; presses++) {
      const found = await focused(page)
      if (typeof name === 'string' ? found.startsWith(name) : name.test(found)) return
      await page.keyboard.press('Tab')
    }
  } while (Date.now() < endMs)
  throw new Error(`no way to ${String(name)} by Tab`)
}

export async function pressByKey(page: Page, name: string | RegExp): Promise<void> {
  await tabTo(page, name)
  await page.keyboard.press('Enter')
}

export async function typeByKey(page: Page, name: string, text: string): Promise<void> {
  await tabTo(page, name)
  await page.keyboard.type(text)
}

/** What a person would call the thing that has the focus. */
export function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const node = document.activeElement as HTMLElement | null
    // Whoever is nowhere in particular would hear the whole page.
    if (node === null || node === document.body) return ''
    const label = (node as HTMLInputElement).labels?.[0]
    return (node.getAttribute('aria-label') ?? label?.textContent ?? node.textContent).trim()
  })
}
