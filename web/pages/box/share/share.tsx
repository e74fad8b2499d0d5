import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { formatBoxLink } from '#client/box/address-link.ts'
import { BOX_JSON_FIELD, formatBoxJson } from '#client/box/well-known.ts'
import { utf8 } from '#protocol/bytes.ts'
import type { BoxSession } from '../session.ts'
import { Button } from '../../../kit/button.tsx'
import { CopyButton } from '../../../kit/copy-button.tsx'
import { Field } from '../../../kit/field.tsx'
import { LinkBox } from '../../../kit/link-box.tsx'
import { Notice } from '../../../kit/notice.tsx'
import { Qr } from '../../../kit/qr.tsx'
import { Said, verbatim } from '../../../kit/verbatim.tsx'
import type { PageTools } from '../../../platform/page-tools.ts'
import { page } from '../../../copy/page.ts'
import { share as words } from '../../../copy/share.ts'
import { ALLOW_EXAMPLES } from './allow.ts'
import { embedHtml } from './embed.ts'
import { Poster } from './poster.tsx'

export interface ShareProps {
  readonly session: Pick<BoxSession, 'state'>
  readonly tools: Pick<PageTools, 'device'>
  /** Tells a screen reader. */
  readonly announce: (text: string) => void
  /** Prints the page as it is. */
  readonly print?: () => void
}

/** Everything with which an owner tells others where to write: sections below the heading of the owner's screen. */
export function Share(props: ShareProps): VNode {
  const { announce, print = () => globalThis.print(), session, tools } = props
  const { box, name, origin, terms } = session.state()
  const [hasQr, setQr] = useState(false)
  const link = formatBoxLink(origin, box)
  const html = embedHtml(link, words.embedText(name))
  const json = formatBoxJson(box, origin)
  const copy = async (text: string, done: string): Promise<boolean> => {
    const isCopied = await tools.device.copy(text)
    announce(isCopied ? done : page.copyFailed)
    return isCopied
  }
  const save = (): void => {
    tools.device.save('box.json', utf8(json))
    announce(words.saved)
  }
  return (
    <div class="share">
      <p class="lede">{words.lede}</p>
      {terms.invitation && (
        <Notice kind="warn">
          <p>{words.invitationOnly}</p>
        </Notice>
      )}
      <section>
        <h2>{words.address}</h2>
        <p {...verbatim('link mono')} role="group" aria-label={words.address}>
          {box}
        </p>
        <div class="buttons">
          <CopyButton text={words.copyAddress} copy={() => copy(box, words.addressCopied)} />
        </div>
      </section>
      <section>
        <h2>{words.link}</h2>
        <p class="hint under">{words.linkHint}</p>
        <LinkBox link={link} label={words.link} onCopied={() => {}} />
        <div class="buttons">
          <CopyButton kind="seal" text={words.copyLink} copy={() => copy(link, words.linkCopied)} />
          <Button isOpen={hasQr} onPress={() => setQr(!hasQr)}>
            {hasQr ? words.hideQr : words.showQr}
          </Button>
        </div>
        {hasQr && <Qr text={link} title={words.qr(name)} />}
      </section>
      <section>
        <h2>{words.posterTitle}</h2>
        <p>{words.poster}</p>
        <div class="buttons">
          <Button onPress={print}>{words.print}</Button>
        </div>
      </section>
      <section>
        <h2>{words.embedTitle}</h2>
        <p>{words.embed}</p>
        <Source id="embed" label={words.embedLabel} text={html} rows={4} />
        <div class="buttons">
          <CopyButton text={words.copyEmbed} copy={() => copy(html, words.embedCopied)} />
        </div>
      </section>
      <SiteProof json={json} copy={copy} onSave={save} />
      <Poster address={box} link={link} name={name} />
    </div>
  )
}

/** The proof that the address belongs to a site, for the people who run the site. */
function SiteProof(props: {
  readonly json: string
  readonly copy: (text: string, done: string) => Promise<boolean>
  readonly onSave: () => void
}): VNode {
  const { copy, json, onSave } = props
  return (
    <section>
      <h2>{words.proofTitle}</h2>
      <p>{words.proof}</p>
      <Source id="box-json" label={words.proofLabel} text={json} rows={5} />
      <div class="buttons">
        <Button onPress={onSave}>{words.save}</Button>
      </div>
      <p>{words.allow}</p>
      <Source id="box-json-header" label={words.allowLabel} text={BOX_JSON_FIELD} rows={1} />
      <div class="buttons">
        <CopyButton text={words.copyHeader} copy={() => copy(BOX_JSON_FIELD, words.headerCopied)} />
      </div>
      <Source id="box-json-servers" label={words.allowExamples} text={ALLOW_EXAMPLES} rows={8} />
      <p>
        <Said of={words.proofCheck} name={words.proofCommand} />
      </p>
    </section>
  )
}

/** Text for another place, to be selected and never changed. */
function Source({ id, label, rows, text }: { id: string; label: string; rows: number; text: string }): VNode {
  return (
    <Field id={id} label={label}>
      {(ids) => <textarea {...ids} {...verbatim('mono source')} readOnly spellcheck={false} rows={rows} value={text} />}
    </Field>
  )
}
