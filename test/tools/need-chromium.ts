import { findChromium } from './browser.ts'

/** Fails a run in the browser with a sentence, before anything else can fail without one. */
export function setup(): void {
  findChromium()
}
