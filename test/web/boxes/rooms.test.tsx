import type { VNode } from 'preact'
import { useEffect } from 'preact/hooks'
import { expect, test } from 'vitest'
import { makeDrawing } from '../../../web/kit/drawing.ts'
import { pageOf, type SitePage } from '../../../web/platform/page-tools.ts'

test.for<[string, SitePage]>([
  ['', 'main'],
  ['how', 'main'],
  ['sent', 'main'],
  ['sdlink1qqqq', 'main'],
  ['sdbox', 'main'],
  ['boxes', 'boxes'],
  ['boxes1', 'main'],
  ['return', 'write'],
  ['sdbox1qqqq', 'write'],
  ['SDBOX1QQQQ', 'write'],
  ['sdin1qqqq', 'write'],
])('#%s leads to the room %s', ([fragment, room]) => {
  expect(pageOf(fragment)).toBe(room)
})

test('what an effect of the last drawing changes while the page is drawn anew does not leave the page as it was', async () => {
  const root = document.createElement('div')
  let screen = 'first'
  let count = 0
  function First(): VNode {
    useEffect(() => {
      count++
      draw()
    }, [])
    return <p>first</p>
  }
  const draw = makeDrawing(root, () => (screen === 'first' ? <First /> : <p>second</p>))
  draw()
  // The effect runs now, within this drawing.
  draw()
  screen = 'second'
  draw()
  await expect.poll(() => root.textContent).toBe('second')
  expect(count).toBe(1)
})
