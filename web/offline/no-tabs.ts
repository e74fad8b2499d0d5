import type { Tabs } from '../boxes/tabs.ts'

/**
 * In place of the channel between tabs: what a page from disk has lies in its own memory, and every other file of the disk could
 * listen and speak. docs/decisions/0017.
 */
export function browserTabs(): Tabs {
  return { post: () => {}, listen: () => () => {} }
}
