import type { Page } from 'playwright'
import { drawn } from './pages.ts'

/** Actions of a person without a pointer: only keys, and only the element with the focus. */

/** Presses Tab until an element whose name begins like that has the focus. Waits for one that is not there yet. */
export async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const endMs = Date.now() + 30_000
  do {
    // Where the page itself moves the focus, it has done so by then.
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

/** The name a person would give the element with the focus. */
export function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const node = document.activeElement as HTMLElement | null
    // With no element focused, a screen reader would read the whole page.
    if (node === null || node === document.body) return ''
    const label = (node as HTMLInputElement).labels?.[0]
    return (node.getAttribute('aria-label') ?? label?.textContent ?? node.textContent).trim()
  })
}
