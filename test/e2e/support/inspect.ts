import type { Page } from 'playwright'
import { expect } from 'vitest'
import { violations } from './axe.ts'
import { openToTranslation } from './translation.ts'

/**
 * Checks a screen with axe, for text open to a translator and for anything cut off: narrow and light, wide and dark. Colours do
 * not depend on the width, nor anything else on the theme.
 */
export async function inspect(page: Page, name: string): Promise<void> {
  expect(await openToTranslation(page), name).toEqual([])
  for (const [colorScheme, width] of [
    ['light', 320],
    ['dark', 1_280],
  ] as const) {
    await page.setViewportSize({ width, height: 800 })
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await violations(page), `${name} ${colorScheme} ${width}`).toEqual([])
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )
    expect(overflow, `${name} at ${width}`).toBe(0)
  }
}
