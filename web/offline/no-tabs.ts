import type { Tabs } from '../platform/tabs.ts'

/**
 * In place of the channel between tabs: the data of a page from disk lies in its own memory, and every other file of the disk could
 * listen and speak. docs/decisions/0017.
 */
export function browserTabs(): Tabs {
  return { post: () => {}, listen: () => () => {} }
}
