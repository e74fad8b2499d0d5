import { render, type VNode } from 'preact'
import { useState } from 'preact/hooks'
import { afterEach, expect, test } from 'vitest'
import { makeDrawing } from '../../../web/kit/drawing.ts'
import { SecretInput } from '../../../web/kit/secret-input.tsx'
import { TextField } from '../../../web/kit/text-field.tsx'

let root: HTMLElement
let sealed: string[][] = []

afterEach(() => {
  render(null, root)
  root.remove()
  sealed = []
})

/** A form as ours are: what is typed is a state, and what is submitted is that state. */
function Form(): VNode {
  const [typed, setTyped] = useState({ name: '', first: '', again: '' })
  const secret = (id: 'first' | 'again'): VNode => (
    <SecretInput
      ids={{ id, 'aria-describedby': undefined, 'aria-invalid': undefined }}
      value={typed[id]}
      isShown={false}
      onShow={() => {}}
      onInput={(value) => setTyped({ ...typed, [id]: value })}
    />
  )
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        sealed.push([typed.name, typed.first, typed.again])
      }}
    >
      <TextField id="name" label="Name" value={typed.name} onInput={(name) => setTyped({ ...typed, name })} />
      {secret('first')}
      {secret('again')}
      <button type="submit">Go on</button>
    </form>
  )
}

function field(id: string): HTMLInputElement {
  const found = root.querySelector<HTMLInputElement>(`#${id}`)
  if (found === null) throw new Error(`no field ${id}`)
  return found
}

/** Changes that programs make to a field, besides typing. */
const PROGRAMS: Readonly<Record<string, (input: HTMLInputElement) => void>> = {
  'without a word': () => {},
  'with a change': (input) => input.dispatchEvent(new Event('change', { bubbles: true })),
  'with an input': (input) => input.dispatchEvent(new Event('input', { bubbles: true })),
}

test.for(Object.keys(PROGRAMS))('what a password manager puts into fields %s is what is submitted', async (name) => {
  root = document.body.appendChild(document.createElement('div'))
  makeDrawing(root, () => <Form />)()
  for (const [id, value] of [
    ['name', 'Tips'],
    ['first', 'made by a program'],
    ['again', 'made by a program'],
  ] as const) {
    field(id).value = value
    PROGRAMS[name]?.(field(id))
    await new Promise((resolve) => setTimeout(resolve))
  }
  root.querySelector<HTMLElement>('button[type=submit]')?.click()
  await expect.poll(() => sealed).toEqual([['Tips', 'made by a program', 'made by a program']])
  expect(field('again').value).toBe('made by a program')
})
