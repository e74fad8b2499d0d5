import { expect, test } from 'vitest'
import { makeOffline } from '../../tools/offline.ts'

test('another file of the disk neither hears of the boxes of a page from disk, nor locks them', async () => {
  const page = Buffer.from((await makeOffline()).bytes).toString()
  // The page of boxes is in it.
  expect(page).toContain('sealdrop/v1/box')
  expect(page).not.toContain('BroadcastChannel')
})
