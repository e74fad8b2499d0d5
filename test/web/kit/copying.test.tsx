import { render, type VNode } from 'preact'
import { afterEach, expect, test } from 'vitest'
import { makeDrawing } from '../../../web/kit/drawing.ts'
import { LinkBox } from '../../../web/kit/link-box.tsx'
import { Name, Said, verbatim } from '../../../web/kit/verbatim.tsx'

let root: HTMLElement

afterEach(() => {
  render(null, root)
  root.remove()
})

/** Everything of a page that shows what is not ours, with the text that has to come out of it. */
const SHOWN: readonly (readonly [name: string, what: () => VNode, text: string])[] = [
  ['a message', () => <div {...verbatim('text')}>{'a  b\n\nlast line'}</div>, 'a  b\n\nlast line'],
  ['a message with a line end of its own', () => <div {...verbatim('text')}>{'one\n'}</div>, 'one\n'],
  [
    'a link',
    () => <LinkBox link="https://drop.example/#sdlink1qqq" label="Link" onCopied={() => {}} />,
    'https://drop.example/#sdlink1qqq',
  ],
  ['a passphrase', () => <p {...verbatim('link long mono')}>{'two  spaces'}</p>, 'two  spaces'],
  ['a word of a code', () => <li {...verbatim()}>abandon</li>, 'abandon'],
  ['a name', () => <Name>Пример</Name>, 'Пример'],
]

/** The text that a copy of the selection puts into the clipboard; `undefined` where the browser does as it always does. */
function copied(): string | undefined {
  const clipboardData = new DataTransfer()
  const event = new ClipboardEvent('copy', { bubbles: true, cancelable: true, clipboardData })
  const at = getSelection()?.anchorNode
  ;(at instanceof Element ? at : at?.parentElement)?.dispatchEvent(event)
  return event.defaultPrevented ? clipboardData.getData('text/plain') : undefined
}

/** As it is when the first drawing is done, and nothing has been waited for. */
function show(what: () => VNode): void {
  root = document.body.appendChild(document.createElement('div'))
  makeDrawing(root, () => (
    <div>
      <p>before</p>
      {what()}
      <p>after</p>
    </div>
  ))()
}

test.for(SHOWN)(
  'three clicks on %s and a copy, as soon as it is drawn, give its text and no line end that is not in it',
  ([, what, text]) => {
    show(what)
    const element = root.querySelector('.notranslate')
    const after = root.querySelector('p:last-child')
    if (element === null || after === null) throw new Error('not drawn')
    // As browsers select a line: up to the beginning of the next.
    getSelection()?.setBaseAndExtent(element, 0, after, 0)
    expect(copied()).toBe(text)
  },
)

test('a part of a message is copied as it was selected, and what goes beyond one is the browser’s', () => {
  show(() => <div {...verbatim('text')}>{'the code is 4471'}</div>)
  const text = root.querySelector('.text')?.firstChild
  const before = root.querySelector('p')?.firstChild
  if (!(text instanceof Text) || !(before instanceof Text)) throw new Error('not drawn')
  getSelection()?.setBaseAndExtent(text, 12, text, 16)
  expect(copied()).toBe('4471')
  getSelection()?.setBaseAndExtent(before, 2, text, 16)
  expect(copied()).toBeUndefined()
})

test('a copy out of a field does not give the message that was selected before', () => {
  show(() => (
    <>
      <div {...verbatim('text')}>{'the code is 4471'}</div>
      <textarea value="an answer" />
    </>
  ))
  getSelection()?.selectAllChildren(root.querySelector('.text') ?? root)
  const clipboardData = new DataTransfer()
  const event = new ClipboardEvent('copy', { bubbles: true, cancelable: true, clipboardData })
  root.querySelector('textarea')?.dispatchEvent(event)
  expect(event.defaultPrevented).toBe(false)
})

test('in a sentence of ours only the name is left alone', () => {
  show(() => (
    <h2>
      <Said of={(name) => `Remove ${name} from this box?`} name="e" />
    </h2>
  ))
  const heading = root.querySelector('h2')
  expect(heading?.textContent).toBe('Remove e from this box?')
  expect(heading?.translate).toBe(true)
  expect(Array.from(heading?.children ?? [], ({ textContent }) => textContent)).toEqual(['e'])
  expect(heading?.querySelector('bdi')).toMatchObject({ translate: false, lang: '' })
})
