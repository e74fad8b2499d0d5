import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { afterEach, expect, test } from 'vitest'
import { makeDrawing } from '../../../web/kit/drawing.ts'

/** How translators put their own text in the place of one that was drawn. */
const TRANSLATORS: Readonly<Record<string, (text: Text) => void>> = {
  'an element in its place': (text) => text.replaceWith(font(text.data)),
  'an element before it, and then takes it away': (text) => {
    text.before(font(text.data))
    text.remove()
  },
  'another text after it was taken away': (text) => {
    const { nextSibling, parentNode } = text
    text.remove()
    parentNode?.insertBefore(new Text(foreign(text.data)), nextSibling)
  },
}

let root: HTMLElement
let redraw = (): void => {}

afterEach(() => root.remove())

/** A page as the rooms draw it. */
function show<State>(first: State, page: (state: State) => VNode): (next: State) => void {
  root = document.body.appendChild(document.createElement('div'))
  let state = first
  const draw = makeDrawing(root, () => page(state))
  draw()
  return (next) => {
    state = next
    draw()
  }
}

async function translate(by: (text: Text) => void): Promise<void> {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  const texts: Text[] = []
  while (walker.nextNode()) texts.push(walker.currentNode as Text)
  for (const text of texts) if (text.parentElement?.translate === true && !isForeign(text.data)) by(text)
  // Observers hear of it then, and fetch what draws around it.
  await import('../../../web/kit/outside.ts')
  await new Promise((resolve) => setTimeout(resolve))
}

const foreign = (text: string): string => `«${text}»`
const isForeign = (text: string): boolean => text.startsWith('«')

function font(text: string): HTMLElement {
  const [outer, inner] = [document.createElement('font'), document.createElement('font')]
  inner.append(foreign(text))
  outer.append(inner)
  return outer
}

const NAMES = Object.keys(TRANSLATORS)
const by = (name: string): ((text: Text) => void) => TRANSLATORS[name] ?? (() => {})

test.for(NAMES)(
  'on a translated page (%s) a line that changes says what is true now, and the rest stays translated',
  async (name) => {
    const change = show('1 day', (span) => (
      <section>
        <h1>Leave a message</h1>
        <p class="summary">Gone after {span}.</p>
      </section>
    ))
    await translate(by(name))
    expect(root.textContent).toBe('«Leave a message»«Gone after »«1 day»«.»')
    change('1 hour')
    expect(root.querySelector('.summary')?.textContent).toBe('Gone after 1 hour.')
    expect(root.querySelector('h1')?.textContent).toBe('«Leave a message»')
    await translate(by(name))
    expect(root.textContent).toBe('«Leave a message»«Gone after »«1 hour»«.»')
    change('1 week')
    expect(root.querySelector('.summary')?.textContent).toBe('Gone after 1 week.')
  },
)

test.for(NAMES)('on a translated page (%s) texts that come and go leave nothing behind', async (name) => {
  const change = show({ isBusy: false, has: true }, ({ has, isBusy }) => (
    <p>
      {has && 'Two files. '}
      {isBusy && <em>Sealing…</em>}
      You can drop more.
    </p>
  ))
  await translate(by(name))
  change({ isBusy: true, has: false })
  expect(root.textContent).toBe('Sealing…You can drop more.')
  await translate(by(name))
  change({ isBusy: false, has: true })
  expect(root.textContent).toBe('Two files. «You can drop more.»')
})

test.for(NAMES)('on a translated page (%s) a part that changes by itself changes', async (name) => {
  function Part(): VNode {
    const [isOpen, setOpen] = useState(false)
    redraw = () => setOpen(true)
    return <button type="button">{isOpen ? 'Hide' : 'Show'}</button>
  }
  show(undefined, () => (
    <div>
      <Part /> <p>Beside it</p>
    </div>
  ))
  await translate(by(name))
  redraw()
  await expect.poll(() => root.querySelector('button')?.textContent).toBe('Hide')
  expect(root.querySelector('p')?.textContent).toBe('«Beside it»')
})

test('a page that is shown in its own language again goes on as if it had never been translated', async () => {
  const change = show('1 day', (span) => <p>Gone after {span}.</p>)
  const before = new Map<HTMLElement, Text>()
  await translate((text) => {
    const element = font(text.data)
    before.set(element, text)
    text.replaceWith(element)
  })
  for (const [element, text] of before) element.replaceWith(text)
  await Promise.resolve()
  change('1 hour')
  expect(root.textContent).toBe('Gone after 1 hour.')
  expect(root.querySelector('font')).toBeNull()
})
