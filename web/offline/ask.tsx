import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { Button } from '../kit/button.tsx'
import { Mark } from '../kit/mark.tsx'
import { PlainForm } from '../kit/plain-form.tsx'
import { TextField } from '../kit/text-field.tsx'
import { Title } from '../kit/title.tsx'
import { offline as words } from '../copy/offline.ts'
import { page } from '../copy/page.ts'
import { parseTyped, type Place } from './place.ts'

/** Asks for the server. @param onPlace - told the typed place, once it can be understood */
export function Ask({ onPlace }: { onPlace: (place: Place & { readonly origin: string }) => void }): VNode {
  const [text, setText] = useState('')
  const [fault, setFault] = useState<{ readonly typed: string }>()
  const submit = (): void => {
    const place = parseTyped(text)
    if (place === undefined) setFault({ typed: text })
    else onPlace(place)
  }
  return (
    <div class="page">
      <header class="head">
        <span class="brand">
          <Mark />
          {page.name}
        </span>
      </header>
      <main>
        <Title text={words.title} />
        <p class="lede">{words.lede}</p>
        <PlainForm onSubmit={submit}>
          <TextField
            id="server"
            label={words.server}
            hint={words.hint}
            error={fault === undefined ? undefined : words.bad}
            occasion={fault}
            isCode
            inputMode="url"
            value={text}
            onInput={setText}
          />
          <Button kind="seal" isSubmit>
            {words.open}
          </Button>
          <p class="quiet">{words.limits}</p>
        </PlainForm>
      </main>
      <footer class="foot">{words.foot}</footer>
    </div>
  )
}
