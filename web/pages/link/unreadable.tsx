import type { VNode } from 'preact'
import { Button } from '../../kit/button.tsx'
import { Title } from '../../kit/title.tsx'
import { SavingNotice } from '../../read/saving-notice.tsx'
import type { Main } from './state.ts'
import { page } from '../../copy/page.ts'
import { unreadable as words } from '../../copy/reading.ts'
import type { ViewProps } from './props.ts'

/** The bytes came and do not open. They can be saved, so that nothing depends on this page. */
export function Unreadable({ act, main }: ViewProps & { main: Extract<Main, { at: 'unreadable' }> }): VNode {
  const { isAcknowledged, saveFault, saving } = main
  const isBusy = saving !== undefined
  return (
    <>
      <Title text={isAcknowledged ? words.titleHere : words.title} />
      <p class="lede">{isAcknowledged ? words.ledeHere : words.lede}</p>
      <p>{isAcknowledged ? words.lost : words.kept}</p>
      <SavingNotice saving={saving} fault={saveFault} onStop={act.keep.stopSaving} />
      <div class="buttons">
        {!isAcknowledged && (
          <Button kind="seal" isBusy={isBusy} onPress={act.lookAgain}>
            {page.again}
          </Button>
        )}
        <Button isBusy={isBusy} onPress={act.keep.saveSealed}>
          {words.save}
        </Button>
      </div>
    </>
  )
}
