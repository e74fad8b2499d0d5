import { render, type VNode } from 'preact'
import { afterEach, expect, test } from 'vitest'
import { Field } from '../../../web/kit/field.tsx'
import { MessageInput } from '../../../web/kit/message-input.tsx'
import { SecretInput } from '../../../web/kit/secret-input.tsx'
import { TextField } from '../../../web/kit/text-field.tsx'

const page = document.createElement('div')
const same = { value: '', onInput: () => {} }

afterEach(() => render(null, page))

const FIELDS: readonly [string, () => VNode][] = [
  [
    'a message',
    () => (
      <Field id="field" label="A">
        {(ids) => <MessageInput ids={ids} rows={3} {...same} />}
      </Field>
    ),
  ],
  [
    'a passphrase that is shown',
    () => (
      <Field id="field" label="A">
        {(ids) => <SecretInput ids={ids} isShown onShow={() => {}} {...same} />}
      </Field>
    ),
  ],
  ['a code', () => <TextField id="field" label="A" isCode {...same} />],
  ['words', () => <TextField id="field" label="A" isCode rows={3} {...same} />],
]

// Safari reads the attribute, and knows a property of that name that is `true` for every text.
test.for(FIELDS)('no browser changes, completes or looks up %s as it is typed', ([, draw]) => {
  render(draw(), page)
  const field = page.querySelector('#field')
  const names = ['autocapitalize', 'autocomplete', 'autocorrect', 'spellcheck']
  expect(names.map((name) => field?.getAttribute(name))).toEqual(['off', 'off', 'off', 'false'])
})
