import { tryChromium } from '../../tools/browser.ts'

/** Fails a run in the browser with a sentence, before anything else can fail without one. */
export async function setup(): Promise<void> {
  await tryChromium()
}
