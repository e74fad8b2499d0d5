import { tryChromium } from '../../tools/browser.ts'

/** Without a browser, fails a run that needs one, with a sentence and before anything else fails. */
export async function setup(): Promise<void> {
  await tryChromium()
}
