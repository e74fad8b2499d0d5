import type { DropId } from '#protocol/id.ts'
import { matchFiles, type Asked, type Interrupted } from '../../uploads.ts'
import type { Act } from '../../act.ts'
import type { Answering } from './answering.ts'
import { answerTo } from './state.ts'
import type { InboxTools } from './tools.ts'

/** What a person can do about the interrupted answer to the drop on the screen. */
export function makeInterruptedAct(
  { dispatch, state }: InboxTools,
  answering: Pick<Answering, 'resume' | 'discard'>,
): Act['interrupted'] {
  const shown = (): { drop: DropId; asking: Asked | undefined; upload: Interrupted } | undefined => {
    const drop = state().shown?.item.drop
    if (drop === undefined) return undefined
    const { stage } = answerTo(state(), drop)
    return stage.at === 'interrupted' ? { drop, asking: stage.asking, upload: stage.upload } : undefined
  }
  const ask = (drop: DropId, asking: Asked | undefined): void => dispatch({ type: 'answer-asked', drop, asking })

  return {
    ask(asking) {
      const found = shown()
      if (found !== undefined) ask(found.drop, asking)
    },
    async choose(dropId, files) {
      const found = shown()
      if (found === undefined) return
      const { asking, drop, upload } = found
      const chosen = [...(asking?.chosen ?? []), ...files]
      const { changed, missing } = matchFiles(upload.files, chosen)
      const isWhole = changed.length === 0 && missing.length === 0
      const asked = { dropId, to: 'go-on', chosen } as const
      ask(drop, { ...asked, isBusy: isWhole })
      if (!isWhole) return
      try {
        if (!(await answering.resume(drop, chosen))) ask(drop, { ...asked, trouble: 'elsewhere' })
      } catch {
        ask(drop, { ...asked, trouble: 'failed' })
      }
    },
    async discard(dropId) {
      const found = shown()
      if (found === undefined) return
      const { drop, asking } = found
      const asked = { dropId, to: 'cancel', chosen: asking?.chosen ?? [] } as const
      ask(drop, { ...asked, isBusy: true })
      try {
        if (!(await answering.discard(drop, asked.chosen))) ask(drop, { ...asked, trouble: 'elsewhere' })
      } catch {
        ask(drop, { ...asked, trouble: 'failed' })
      }
    },
  }
}
