import { shownTime } from '#client/server-time.ts'
import type { VNode } from 'preact'
import { needsRenewal, readersRunningShort } from '#client/box/owner.ts'
import { lifeOfCard } from '#protocol/epoch.ts'
import { Button } from '../../../kit/button.tsx'
import { Notice } from '../../../kit/notice.tsx'
import { Said } from '../../../kit/verbatim.tsx'
import { homeWords as words } from '../../../copy/boxes.ts'
import { settingsWords } from '../../../copy/boxes-settings.ts'
import { page } from '../../../copy/page.ts'
import * as format from '../../../copy/format.ts'
import { isBackupDue } from '../backup-due.ts'
import { FaultText } from './job-form.tsx'
import type { HomeProps } from './props.ts'

/** Notices about an open box that must not be missed, whichever part of it is shown. */
export function HomeNotices(props: HomeProps): VNode {
  const { act, home, session, state, tools } = props
  const box = session.state()
  return (
    <>
      {box.phrase !== undefined && <Keys {...props} />}
      {home.keysFault !== undefined && (
        <Notice kind="warn" role="alert">
          <FaultText fault={home.keysFault} />
        </Notice>
      )}
      {isBackupDue(box, tools.device.clock()) && home.section !== 'settings' && (
        <Notice kind="warn">
          <p>{box.phrase === undefined ? words.nagJoined : words.nag}</p>
          {!state.isLasting && <p>{words.nagNotLasting}</p>}
          {state.isLasting && state.isPersisted === false && <p>{words.nagPersisted}</p>}
          <div class="buttons">
            <Button kind="small" onPress={() => act.home.section('settings')}>
              {words.nagButton}
            </Button>
          </div>
        </Notice>
      )}
    </>
  )
}

/** Whether senders find keys, now and in the weeks to come. */
function Keys({ act, session, state, tools }: HomeProps): VNode | null {
  const box = session.state()
  const now = shownTime(tools.device, tools.device.clock())
  const isPublishing = state.job?.name === 'publish'
  const short = readersRunningShort(box, now)
  if (!needsRenewal(box, now)) return null
  if (isPublishing) return <p class="quiet">{words.publishing}</p>
  const endsAtMs = lifeOfCard(box.lastEpoch).notAfter * 1_000
  const fault = state.fault?.at === 'publish' ? state.fault : undefined
  return (
    <Notice kind="warn" {...(fault === undefined ? {} : { role: 'alert' as const })}>
      {box.serial === 0 && <p>{words.unpublished}</p>}
      {box.serial > 0 && endsAtMs <= now && <p>{words.overdue(format.moment(endsAtMs))}</p>}
      {box.serial > 0 && endsAtMs > now && fault !== undefined && <p>{words.renewFailed(format.moment(endsAtMs))}</p>}
      {short.map(({ key, name }) => (
        <p key={key}>
          <Said of={words.short} name={name} />
        </p>
      ))}
      {fault !== undefined && <FaultText fault={fault} />}
      <div class="buttons">
        <Button kind="small" isBusy={state.job !== undefined} onPress={act.home.publish}>
          {box.serial === 0 ? words.publishNow : fault === undefined ? settingsWords.renew : page.again}
        </Button>
      </div>
    </Notice>
  )
}
