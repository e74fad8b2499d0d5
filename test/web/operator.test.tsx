import { render } from 'preact'
import { afterEach, expect, test } from 'vitest'
import { App } from '../../web/pages/link/app.tsx'
import { makeActions } from '../../web/pages/link/make-actions.ts'
import { operator as words } from '../../web/copy/operator.ts'
import { utf8 } from '#protocol/bytes.ts'
import { stage } from './support/stage.ts'

let root: HTMLElement | undefined

afterEach(() => {
  if (root !== undefined) render(null, root)
  root?.remove()
})

/** The page that says how it works, over a server whose operator says this. @returns its text */
async function visit(answer: unknown, status = 200): Promise<HTMLElement> {
  const box = document.createElement('div')
  root = box
  document.body.append(box)
  const body = utf8(typeof answer === 'string' ? answer : JSON.stringify(answer))
  const set = stage(
    async () => ({ status, field: (name) => (name === 'Content-Type' ? 'application/json' : null), body }),
    {
      device: { fragment: () => 'how' },
      onChange: () => draw(),
    },
  )
  const act = makeActions(set.tools)
  const draw = (): void => render(<App act={act} device={set.tools.device} state={set.state()} />, box)
  draw()
  await act.follow()
  await expect.poll(() => set.state().told).toBeDefined()
  return box
}

const STATEMENT = { text: 'No order has come.\nNone is expected.', issued: '2023-11-01', expires: '2023-12-01' }

test('what an operator says of itself is shown as text, with the word that nobody has checked it', async () => {
  const box = await visit({
    name: '<img src=x onerror=alert(1)>',
    contact: 'https://evil.example/',
    statement: STATEMENT,
  })
  await expect.poll(() => box.textContent).toContain(words.unchecked)
  expect(box.querySelector('img')).toBeNull()
  expect([...box.querySelectorAll('a')].map(({ href }) => href).join()).not.toContain('evil.example')
  expect(box.textContent).toContain('<img src=x onerror=alert(1)>')
  expect(box.textContent).toContain(words.holds('2023-11-01', '2023-12-01'))
  expect(box.textContent).toContain(words.canary)
})

test('a statement that nobody has renewed is shown as one that does not hold', async () => {
  const box = await visit({ statement: { ...STATEMENT, expires: '2023-11-13' } })
  await expect.poll(() => box.textContent).toContain(words.expired('2023-11-01', '2023-11-13'))
})

test.for([
  ['nothing', {}, words.nothing],
  ['a name that turns the direction of text', { name: 'a\u202eb' }, words.missed],
  ['something else', '[', words.missed],
  ['a contact that is a script', { contact: 'javascript:alert(1)' }, words.missed],
] as const)('an operator that says %s', async ([, answer, said]) => {
  const box = await visit(answer)
  await expect.poll(() => box.textContent).toContain(said)
})

test('the page leads to what the server could hand over', async () => {
  const box = await visit({})
  await expect.poll(() => box.querySelector('a[href="/disclosure"]')?.textContent).toBe(words.disclosure)
})
