import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { boxJsonUrl, checkPublished, parseDomain, type Domain, type Publication } from '#client/box/well-known.ts'
import type { Transport } from '#client/transport.ts'
import type { BoxAddress } from '#protocol/address.ts'
import { Button } from '../kit/button.tsx'
import { Notice } from '../kit/notice.tsx'
import { PlainForm } from '../kit/plain-form.tsx'
import { TextField } from '../kit/text-field.tsx'
import { Said, verbatim } from '../kit/verbatim.tsx'
import { publications, published as words } from '../copy/published.ts'

/** One press of the button. */
interface Asked {
  readonly domain: Domain | undefined
  readonly publication?: Publication
}

export interface CheckProps {
  readonly address: BoxAddress
  readonly transport: Transport
  /** Facts that a person should know before anybody is asked. */
  readonly traces: readonly string[]
}

/**
 * Asks the web site that a person names whether it publishes an address. The domain is typed here and comes from no link: a forger
 * of the address would hand out the domain with it.
 */
export function Check({ address, traces, transport }: CheckProps): VNode {
  const [text, setText] = useState('')
  const [asked, setAsked] = useState<Asked | undefined>(undefined)
  const ask = async (): Promise<void> => {
    const domain = parseDomain(text)
    const now: Asked = { domain }
    setAsked(now)
    if (domain === undefined) return
    const publication = await checkPublished(domain, address, transport)
    // Something else was typed or asked meanwhile: an answer stands only below its own question.
    setAsked((latest) => (latest === now ? { domain, publication } : latest))
  }
  const isAsking = asked?.domain !== undefined && asked.publication === undefined
  return (
    <PlainForm onSubmit={() => void (isAsking || ask())}>
      <TextField
        id="domain"
        label={words.domain}
        hint={words.domainHint}
        error={asked !== undefined && asked.domain === undefined ? words.domainFault : undefined}
        occasion={asked}
        isCode
        inputMode="url"
        value={text}
        onInput={(typed) => {
          setText(typed)
          setAsked(undefined)
        }}
      />
      {traces.map((trace) => (
        <p key={trace} class="hint">
          {trace}
        </p>
      ))}
      <div class="buttons">
        <Button kind="seal" isSubmit isBusy={isAsking}>
          {words.check}
        </Button>
      </div>
      <div role="status">
        {asked?.domain !== undefined && <Answer address={address} {...asked} domain={asked.domain} />}
      </div>
    </PlainForm>
  )
}

function Answer({ address, domain, publication }: Asked & { address: BoxAddress; domain: Domain }): VNode {
  if (publication === undefined)
    return (
      <p>
        <Said of={words.asking} name={domain} />
      </p>
    )
  const { text, title } = publications[publication]
  return (
    <Notice kind={KINDS[publication]}>
      <p class="strong">
        <Said of={title} name={domain} />
      </p>
      {[...text, ...(isSpelled(domain) ? [words.spelling] : [])].map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      {publication !== 'published' && (
        <p>
          <a href={boxJsonUrl(domain)} target="_blank" rel="noopener noreferrer">
            <Said of={words.open} name={domain} />
          </a>
        </p>
      )}
      {publication === 'unread' && (
        <>
          <p>{words.byEye}</p>
          <p {...verbatim('mono address')}>{address}</p>
        </>
      )}
    </Notice>
  )
}

/** Whether a person may have typed other letters than those that they know: the network's spelling of letters outside ASCII. RFC 5890. */
function isSpelled(domain: Domain): boolean {
  return domain.split('.').some((label) => label.startsWith('xn--'))
}

const KINDS: Readonly<Record<Publication, 'seal' | 'burn' | 'warn'>> = {
  published: 'seal',
  another: 'burn',
  nothing: 'warn',
  unread: 'warn',
}
