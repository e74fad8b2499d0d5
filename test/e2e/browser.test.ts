import { expect, onTestFinished, test } from 'vitest'
import { chromium } from 'playwright'
import { CHROMIUM_FLAGS, packagedChromium } from '../../tools/browser.ts'

test('on a machine without a browser, the one that npm installed starts and draws text', async () => {
  const browser = await chromium.launch({ executablePath: packagedChromium(), args: [...CHROMIUM_FLAGS] })
  onTestFinished(() => browser.close())
  const page = await browser.newPage()
  await page.goto('data:text/html,<h1>Sealdrop</h1>')
  const { width, height } = await page.evaluate(() => {
    const range = document.createRange()
    range.selectNodeContents(document.querySelector('h1')!)
    const box = range.getBoundingClientRect()
    return { width: box.width, height: box.height }
  })
  expect(Math.min(width, height)).toBeGreaterThan(20)
})
