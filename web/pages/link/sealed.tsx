import { shownTime } from '#client/server-time.ts'
import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Button } from '../../kit/button.tsx'
import { CopyButton } from '../../kit/copy-button.tsx'
import { lazy } from '../../kit/lazy.tsx'
import { LinkBox } from '../../kit/link-box.tsx'
import { Mark } from '../../kit/mark.tsx'
import { Notice } from '../../kit/notice.tsx'
import { Question } from '../../kit/question.tsx'
import { Title } from '../../kit/title.tsx'
import { verbatim } from '../../kit/verbatim.tsx'
import { hasEnded, type Main } from './state.ts'
import * as format from '../../copy/format.ts'
import { page } from '../../copy/page.ts'
import { sealed as words } from '../../copy/sealed.ts'
import type { ViewProps } from './props.ts'

type Props = ViewProps & { main: Extract<Main, { at: 'sealed' }> }

/** The link, and what to do with it. */
export function Sealed(props: Props): VNode {
  const { act, device, main } = props
  const { expiresAtMs, isKept, link, needsPassphrase, passphrase, reads } = main
  const [hasQr, setQr] = useState(false)
  const [hasFailed, setFailed] = useState(false)
  const until = format.until(expiresAtMs, shownTime(device, device.clock()))
  if (hasEnded(main.burning)) return <Burned onAnother={act.anew} />
  const copyLink = async (): Promise<boolean> => {
    const isCopied = await act.copy(link, words.linkCopied)
    if (isCopied) act.handOver()
    return isCopied
  }
  const share = async (): Promise<void> => setFailed(!(await act.share(link)))
  const toggleQr = (): void => {
    setQr(!hasQr)
    // A person who shows it holds a phone before it.
    if (!hasQr) act.handOver()
  }
  return (
    <>
      <Mark size={44} isClosing />
      <Title text={words.title} />
      <p class="lede">{needsPassphrase ? words.ledePassphrase(reads, until) : words.lede(reads, until)}</p>
      <LinkBox link={link} label={words.link} onCopied={act.handOver} />
      <p class="hint under">{words.key}</p>
      <div class="buttons">
        <CopyButton kind="seal" text={words.copyLink} copy={copyLink} />
        {device.canShare && <Button onPress={share}>{words.share}</Button>}
        <Button isOpen={hasQr} onPress={toggleQr}>
          {hasQr ? words.hideQr : words.showQr}
        </Button>
        {hasFailed && <p class="error beside">{page.shareFailed}</p>}
      </div>
      {hasQr && <Qr text={link} title={words.qr} />}
      {passphrase !== '' && (
        <section class="block" aria-label={words.passphrase}>
          <h2 id="sealed-passphrase">{words.passphrase}</h2>
          <p>{words.twoWays}</p>
          <p {...verbatim('link long mono')} role="group" aria-labelledby="sealed-passphrase" tabIndex={0}>
            {passphrase}
          </p>
          <div class="buttons">
            <CopyButton text={words.copyPassphrase} copy={() => act.copy(passphrase, words.passphraseCopied)} />
          </div>
        </section>
      )}
      {needsPassphrase && passphrase === '' && (
        <Notice kind="seal">
          <p>{words.passphraseThen}</p>
        </Notice>
      )}
      <section class="block">
        <h2>{words.next}</h2>
        <p>{words.recipient}</p>
        {isKept ? (
          <p>
            {words.receipt} <a href="#sent">{page.sent}</a>.
          </p>
        ) : (
          <p class="warn-text">{words.notKept}</p>
        )}
        <p>{words.doNotOpen(reads)}</p>
      </section>
      <Ends {...props} />
    </>
  )
}

/** The ways to end this screen: another message, or none at all. */
function Ends({ act, main }: Props): VNode {
  const [isLeaving, setLeaving] = useState(false)
  const { burning, isHandedOver } = main
  useEffect(() => setLeaving(false), [isHandedOver, burning])
  if (isLeaving) {
    return (
      <Question
        title={words.another}
        warning={words.notCopied}
        yes={words.anotherAnyway}
        no={words.stay}
        from="another"
        onYes={act.anew}
        onNo={() => setLeaving(false)}
      />
    )
  }
  if (burning === 'asking') {
    return <BurnQuestion onYes={act.burn} onNo={() => act.askBurn(false)} />
  }
  return (
    <>
      {(burning === 'failed' || burning === 'ended') && <NotBurned why={burning} />}
      <div class="buttons apart">
        <Button asks="another" onPress={isHandedOver ? act.anew : () => setLeaving(true)}>
          {words.another}
        </Button>
        <Button kind="burn" asks="burn" isBusy={burning === 'working'} onPress={() => act.askBurn(true)}>
          {burning === 'working' ? words.burning : words.burn}
        </Button>
      </div>
    </>
  )
}

// Fetched on request: the link is shown without them.
const loadBurning = (): Promise<typeof import('./burn-question.tsx')> => import('./burn-question.tsx')
const BurnQuestion = lazy(async () => (await loadBurning()).BurnQuestion)
const NotBurned = lazy(async () => (await loadBurning()).NotBurned)
const Burned = lazy(async () => (await loadBurning()).Burned)
const Qr = lazy(async () => (await import('../../kit/qr.tsx')).Qr)
