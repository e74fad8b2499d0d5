import { render, type VNode } from 'preact'
import { afterEach, expect, test } from 'vitest'
import { makeDrawing } from '../../../web/kit/drawing.ts'

let root: HTMLElement
afterEach(() => {
  render(null, root)
  root.remove()
})

function unstarted(): HTMLElement {
  root = document.body.appendChild(document.createElement('div'))
  root.innerHTML = '<p>Sealdrop has not started</p>'
  return root
}

/** A screen that shows a number as the browser writes it. */
function Screen(): VNode {
  return (
    <main>
      <h1>Leave a message</h1>
      <p>{new Intl.NumberFormat('en').format(3)}</p>
    </main>
  )
}

test('a browser that throws while the first screen is drawn left white paper, and no word of what to do', () => {
  const { NumberFormat } = Intl
  const draw = makeDrawing(unstarted(), () => <Screen />)
  expect(root.textContent).toBe('Sealdrop has not started')
  Object.defineProperty(Intl, 'NumberFormat', { configurable: true, value: undefined })
  try {
    expect(draw).toThrow(TypeError)
  } finally {
    Object.defineProperty(Intl, 'NumberFormat', { configurable: true, value: NumberFormat, writable: true })
  }
  expect(root.textContent).toBe('Sealdrop has not started')
})

test('what stands there before the first drawing is gone with it', () => {
  const draw = makeDrawing(unstarted(), () => <Screen />)
  draw()
  draw()
  expect(root.textContent).toBe('Leave a message3')
})
