import type { VNode } from 'preact'
import type { JudgedReceipt } from '#client/sender.ts'
import type { LinkActions } from './actions.ts'
import { Button } from '../../kit/button.tsx'
import { Question } from '../../kit/question.tsx'
import { listedStatusOf, isLive, type Asking, type ListedStatus } from './sent-list.ts'
import type { SentDrop } from '../../platform/store.ts'
import { sealed } from '../../copy/sealed.ts'
import * as format from '../../copy/format.ts'
import { BurnQuestion } from './burn-question.tsx'
import { expiredHere, expiredUnread, listedStatuses, openedPartly, sent as words } from '../../copy/sent.ts'

interface Props {
  readonly act: LinkActions
  readonly drop: SentDrop
  /** Milliseconds since 1970. */
  readonly now: number
  readonly asking: Exclude<Asking, { to: 'forget-all' }> | undefined
  readonly isBusy: boolean
  readonly hasFailed: boolean
}

/** One drop: its terms, how it fares, its receipts, and what its sender can still do. */
export function SentItem(props: Props): VNode {
  const { act, asking, drop, hasFailed, isBusy, now } = props
  const { dropId, expiresAtMs, needsPassphrase, reads, sealedAtMs } = drop.ticket
  const status = listedStatusOf(drop, now)
  const { claims: receipts = [], size } = drop.known?.report ?? {}
  const opened = receipts.filter(({ isOpeningProved }) => isOpeningProved).length
  const title = words.sealedAt(format.moment(sealedAtMs))
  return (
    <li class="drop">
      <h2 id={`drop-${dropId}`} tabIndex={-1}>
        {title}
      </h2>
      <p class="fate">
        <span class={`badge ${COLOURS[status]}`}>{statusText(drop, status, opened)}</span>
        {drop.known !== undefined && status !== 'expired' && (
          <span class="quiet small-text">{words.asOf(format.relative(drop.known.atMs, now))}</span>
        )}
      </p>
      <dl class="facts">
        <div>
          <dt>{words.until}</dt>
          <dd>{format.until(expiresAtMs, now)}</dd>
        </div>
        <div>
          <dt>{words.opens}</dt>
          <dd>{words.times(reads, needsPassphrase)}</dd>
        </div>
        {size !== undefined && (
          <div>
            <dt>{words.size}</dt>
            <dd>{words.sealedSize(format.bytes(size))}</dd>
          </div>
        )}
      </dl>
      {receipts.length > 0 && (
        <ul class="receipts" aria-label={words.receipts}>
          {receipts.map((receipt) => (
            <ReceiptLine key={receipt.reader} receipt={receipt} {...props} />
          ))}
        </ul>
      )}
      {opened > 0 && (
        <p class="hint" id={`proof-${dropId}`}>
          {words.proofHint} {needsPassphrase && words.proofPassphrase}
        </p>
      )}
      {hasFailed && (
        <p class="error" role="alert">
          {words.failed}
        </p>
      )}
      {asking === undefined ? (
        <div class="buttons" role="group" aria-labelledby={`drop-${dropId}`}>
          {isLive(drop) && (
            <Button kind="small" isBusy={isBusy} onPress={() => act.sent.check(dropId)}>
              {isBusy ? words.checking : words.check}
            </Button>
          )}
          {isLive(drop) && (
            <Button kind="small burn" asks="burn" isBusy={isBusy} onPress={() => act.sent.ask({ to: 'burn', dropId })}>
              {sealed.burn}
            </Button>
          )}
          {opened > 0 && (
            <Button kind="small" describedBy={`proof-${dropId}`} onPress={() => act.sent.saveProof(dropId)}>
              {words.saveProof}
            </Button>
          )}
          <Button kind="small" asks="forget" onPress={() => act.sent.ask({ to: 'forget', dropId })}>
            {words.forget}
          </Button>
        </div>
      ) : (
        <Ask act={act} asking={asking} />
      )}
    </li>
  )
}

function ReceiptLine({ act, drop, receipt }: Props & { receipt: JudgedReceipt }): VNode {
  const { claim, ack, isClaimProved, isOpeningProved, reader } = receipt
  if (isOpeningProved && ack !== undefined) {
    return <li class="seal-text">✓ {words.proved(format.moment(ack.reader.created * 1_000))}</li>
  }
  if (!isClaimProved || ack !== undefined) return <li class="burn-text">✗ {words.unproved}</li>
  return (
    <li>
      {words.claimed(format.moment(claim.created * 1_000))}{' '}
      {isLive(drop) && (
        <Button
          kind="small"
          asks={reader}
          onPress={() => act.sent.ask({ to: 'reopen', dropId: drop.ticket.dropId, reader })}
        >
          {words.reopen}
        </Button>
      )}
    </li>
  )
}

function Ask({ act, asking }: { act: LinkActions; asking: NonNullable<Props['asking']> }): VNode {
  const onNo = (): void => act.sent.ask(undefined)
  switch (asking.to) {
    case 'burn':
      return <BurnQuestion onYes={() => act.sent.burn(asking.dropId)} onNo={onNo} />
    case 'reopen':
      return (
        <Question
          title={words.reopenQuestion}
          warning={words.reopenWarning}
          yes={words.reopenSure}
          no={words.reopenKeep}
          from={asking.reader}
          onYes={() => act.sent.reopen(asking.dropId, asking.reader)}
          onNo={onNo}
        />
      )
    case 'forget':
      return (
        <Question
          title={words.forgetQuestion}
          warning={words.forgetWarning}
          yes={words.forgetSure}
          no={words.keep}
          isBurn={false}
          from="forget"
          onYes={() => act.sent.forget([asking.dropId])}
          onNo={onNo}
        />
      )
  }
}

function statusText(drop: SentDrop, status: ListedStatus, opened: number): string {
  if (status === 'expired' && isLive(drop)) return expiredHere
  if (status === 'expired' && opened === 0) return expiredUnread
  return status === 'waiting' && opened > 0 ? openedPartly(opened, drop.ticket.reads) : listedStatuses[status]
}

/** Green stands for what is sealed or proved, red for what is gone for good; the word says it too. */
const COLOURS: Readonly<Record<ListedStatus, string>> = {
  unknown: '',
  uploading: 'warn',
  waiting: 'seal waiting',
  claimed: 'warn',
  read: 'seal',
  burned: 'burn',
  lost: 'burn',
  locked: 'burn',
  deleted: 'burn',
  expired: '',
  gone: 'burn',
}
