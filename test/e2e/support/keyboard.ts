import type { Page } from 'playwright'

/** Presses Tab until something of that name has the focus; it may be longer. */
export async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    if ((await focused(page)).startsWith(name)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`no way to ${name} by Tab`)
}

/** What a person would call the thing that has the focus. */
export function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const node = document.activeElement as HTMLElement | null
    const label = (node as HTMLInputElement | null)?.labels?.[0]
    return (node?.getAttribute('aria-label') ?? label?.textContent ?? node?.textContent ?? '').trim()
  })
}
