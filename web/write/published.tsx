import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { boxJsonUrl } from '#client/box/well-known.ts'
import type { BoxAddress } from '#protocol/address.ts'
import { Button } from '../parts/button.tsx'
import { Field } from '../parts/field.tsx'
import { write as words } from '../words/write.ts'

/**
 * Helps to compare an address with what its owner publishes on a site of its own. The page itself asks no other server:
 * docs/decisions/0013-a-second-domain-is-compared-by-eye.md.
 */
export function Published({ address }: { address: BoxAddress }): VNode {
  const [isOpen, setOpen] = useState(false)
  const [text, setText] = useState('')
  const [asked, setAsked] = useState<{ readonly url: string | undefined } | undefined>(undefined)
  const compare = (): void => setAsked({ url: boxJsonUrl(text) })
  return (
    <section class="published">
      <Button kind="small" isOpen={isOpen} onPress={() => setOpen(!isOpen)}>
        {words.published}
      </Button>
      {isOpen && (
        <form
          class="stack"
          noValidate
          autoComplete="off"
          onSubmit={(event) => {
            event.preventDefault()
            compare()
          }}
        >
          <p class="hint">{words.publishedHint}</p>
          <Field
            id="domain"
            label={words.domain}
            hint={words.domainHint}
            error={asked !== undefined && asked.url === undefined ? words.domainFault : undefined}
            occasion={asked}
          >
            {(ids) => (
              <input
                {...ids}
                inputMode="url"
                autoComplete="off"
                autoCapitalize="off"
                spellcheck={false}
                value={text}
                onInput={({ currentTarget }) => {
                  setText(currentTarget.value)
                  setAsked(undefined)
                }}
              />
            )}
          </Field>
          <div class="buttons">
            <Button isSubmit>{words.compare}</Button>
          </div>
          <div role="status">{asked?.url !== undefined && <Compare address={address} url={asked.url} />}</div>
        </form>
      )}
    </section>
  )
}

function Compare({ address, url }: { address: BoxAddress; url: string }): VNode {
  const { host: domain } = new URL(url)
  return (
    <div class="notice seal">
      <p>{words.compareSteps(domain)}</p>
      <p class="mono address">{address}</p>
      <p>
        <a href={url} target="_blank" rel="noopener noreferrer">
          {words.compareOpen(domain)}
        </a>
      </p>
      <p>{words.compareWrong}</p>
      <p class="hint">{words.compareWhy}</p>
    </div>
  )
}
