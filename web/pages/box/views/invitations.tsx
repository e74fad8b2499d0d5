import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { parseName } from '#protocol/card.ts'
import { Button } from '../../../kit/button.tsx'
import { CopyButton } from '../../../kit/copy-button.tsx'
import { Field } from '../../../kit/field.tsx'
import { LinkBox } from '../../../kit/link-box.tsx'
import { Notice } from '../../../kit/notice.tsx'
import { Question } from '../../../kit/question.tsx'
import { TextField } from '../../../kit/text-field.tsx'
import { Name, Said } from '../../../kit/verbatim.tsx'
import { boxFaults } from '../../../copy/boxes-faults.ts'
import { invitationsWords as words } from '../../../copy/boxes-readers.ts'
import * as format from '../../../copy/format.ts'
import type { FaultCode } from '../fault.ts'
import type { LeftInvitation } from '../state.ts'
import { JobFault, JobForm } from './job-form.tsx'
import { useFirstLook } from './first-look.ts'
import type { HomeProps } from './props.ts'
import { QrToggle } from './qr-toggle.tsx'
import { useTyped, type Typed } from './typed.ts'

/** The people who may write by invitation, and the rest of each invitation. */
export function Invitations(props: HomeProps): VNode {
  const { act, home, session, state } = props
  const { left } = home
  const isFree = state.job === undefined
  useFirstLook(isFree, () => left === undefined && void act.home.lookAtInvitations())
  return (
    <>
      <p class="lede">{words.lede}</p>
      {!session.state().terms.invitation && <p class="hint under">{words.open}</p>}
      {home.invited !== undefined && <Invited {...props} invited={home.invited} />}
      <NewInvitation {...props} />
      <section class="block">
        <h2>{words.list}</h2>
        {left?.length === 0 && <p class="quiet">{words.none}</p>}
        {left === undefined && state.job?.name === 'left' && <p class="quiet">{words.asking}</p>}
        {left !== undefined && left.length > 0 && (
          <ul class="rows">
            {left.map((each) => (
              <InvitationRow key={each.hash} invitation={each} {...props} />
            ))}
          </ul>
        )}
        <JobFault state={state} name="left" />
        <JobFault state={state} name="uninvite" />
        <div class="buttons">
          <Button kind="small" isBusy={!isFree} onPress={act.home.lookAtInvitations}>
            {words.askAgain}
          </Button>
        </div>
      </section>
    </>
  )
}

function NewInvitation({ act, session, state }: HomeProps): VNode {
  const [typed, setTyped] = useTyped(session, 'invitation', FIRST)
  const { bytes, days, items, label } = typed
  const [missed, setMissed] = useState<{ readonly at: 'label' | 'items' | 'days' } | undefined>()
  const errorAt = (at: 'label' | 'items' | 'days'): string | undefined =>
    missed?.at === at ? boxFaults[at === 'label' ? 'no_name' : 'bad_number'] : undefined
  const make = async (): Promise<void> => {
    const at =
      parseName(label.trim()) === undefined
        ? 'label'
        : !isWithin(items, 10_000)
          ? 'items'
          : !isWithin(days, 366)
            ? 'days'
            : undefined
    setMissed(at === undefined ? undefined : { at })
    if (at !== undefined) return
    const order = { label: label.trim(), items: Number(items), bytes, lifeSeconds: Number(days) * DAY_SECONDS }
    if (await act.home.invite(order)) setTyped({ ...typed, label: '' })
  }
  return (
    <section class="block">
      <h2>{words.newTitle}</h2>
      <JobForm state={state} name="invite" button={words.make} busy={words.making} atField={AT_FIELDS} onSubmit={make}>
        <TextField
          id="invitation-label"
          label={words.label}
          hint={words.labelHint}
          error={errorAt('label')}
          occasion={missed}
          value={label}
          onInput={(next) => setTyped({ ...typed, label: next })}
        />
        <div class="pair">
          <div>
            <TextField
              id="invitation-items"
              label={words.items}
              error={errorAt('items')}
              occasion={missed}
              inputMode="numeric"
              value={items}
              onInput={(next) => setTyped({ ...typed, items: next })}
            />
          </div>
          <div>
            <Field id="invitation-bytes" label={words.bytes}>
              {(ids) => (
                <select
                  {...ids}
                  value={String(bytes)}
                  onChange={({ currentTarget }) => setTyped({ ...typed, bytes: Number(currentTarget.value) })}
                >
                  {SIZES.map((size) => (
                    <option key={size} value={String(size)}>
                      {format.bytes(size)}
                    </option>
                  ))}
                </select>
              )}
            </Field>
          </div>
          <div>
            <TextField
              id="invitation-days"
              label={words.days}
              error={errorAt('days')}
              occasion={missed}
              inputMode="numeric"
              value={days}
              onInput={(next) => setTyped({ ...typed, days: next })}
            />
          </div>
        </div>
      </JobForm>
    </section>
  )
}

function Invited({ act, invited }: HomeProps & { invited: { label: string; link: string } }): VNode {
  const { label, link } = invited
  return (
    <Notice kind="seal">
      <h2>
        <Said of={words.link} name={label} />
      </h2>
      <p>{words.linkHint}</p>
      <LinkBox link={link} label={words.link(label)} onCopied={() => {}} />
      <div class="buttons">
        <CopyButton kind="seal" text={words.copy} copy={() => act.copy(link, words.copied)} />
        <QrToggle text={link} title={words.qr(label)} show={words.showQr} hide={words.hideQr} />
      </div>
    </Notice>
  )
}

function InvitationRow({ act, invitation, state }: HomeProps & { invitation: LeftInvitation }): VNode {
  const { bytes, expiresAtMs, hash, items } = invitation
  const label = invitation.label === '' ? words.unnamed : invitation.label
  const { asking, job } = state
  if (asking?.to === 'uninvite' && asking.hash === hash) {
    return (
      <li class="asks">
        <Question
          title={<Said of={words.question} name={label} />}
          warning={words.warning}
          yes={words.sure}
          no={words.keep}
          from={hash}
          onYes={() => act.home.uninvite(hash)}
          onNo={() => act.ask(undefined)}
        />
      </li>
    )
  }
  return (
    <li>
      <span class="row-name">
        <Name kind="strong">{label}</Name>
        <span class="quiet small-text">
          {items === 0 || bytes === 0 ? words.ended : words.left(items, format.bytes(bytes))},{' '}
          {words.until(format.moment(expiresAtMs))}
        </span>
      </span>
      <Button
        kind="small burn"
        asks={hash}
        label={words.revokeFor(label)}
        hasName
        isBusy={job !== undefined}
        onPress={() => act.ask({ to: 'uninvite', hash })}
      >
        {words.revoke}
      </Button>
    </li>
  )
}

function isWithin(text: string, most: number): boolean {
  return /^[1-9]\d{0,4}$/.test(text.trim()) && Number(text) <= most
}

/** Bytes of ciphertext that an owner may offer. */
const SIZES: readonly number[] = [1_000_000, 10_000_000, 100_000_000, 1_000_000_000]

const FIRST: Typed['invitation'] = { label: '', items: '10', bytes: 100_000_000, days: '30' }

const AT_FIELDS: readonly FaultCode[] = ['no_name', 'bad_number']
const DAY_SECONDS = 86_400
