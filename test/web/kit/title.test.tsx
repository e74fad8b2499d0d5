import { render } from 'preact'
import { afterEach, expect, test } from 'vitest'
import { Title } from '../../../web/kit/title.tsx'

const page = document.createElement('div')
document.body.append(page)

afterEach(() => render(null, page))

test('the heading of a new screen takes the focus with the screen, and calls nobody back who has gone on by then', () => {
  render(<Title text="Come back" />, page)
  render(<Title text="Answers" />, page)
  expect(document.activeElement?.textContent).toBe('Answers')
})
