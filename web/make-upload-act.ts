import type { Act } from './act.ts'
import type { Tools } from './effects/tools.ts'
import type { Uploading } from './effects/uploading.ts'
import type { StoredSent } from './store.ts'
import { matchFiles, type Asked } from './uploads.ts'

/** What a person can do about drops in parts. @param onSent - what the sender keeps of one that has come to its end */
export function makeUploadAct(
  { dispatch, state }: Tools,
  uploading: () => Promise<Uploading>,
  onSent: (drop: StoredSent) => void,
): Pick<Act, 'upload' | 'interrupted'> {
  const ask = (asking: Asked | undefined): void => dispatch({ type: 'upload-asked', asking })

  return {
    upload: {
      pause: async () => {
        dispatch({ type: 'flowed', flow: 'stopping' })
        ;(await uploading()).pause()
      },
      goOn: async () => (await uploading()).goOn(),
      askCancel: (isAsking) => dispatch({ type: 'cancel-asked', isAsking }),
      async cancel() {
        dispatch({ type: 'cancel-asked', isAsking: false })
        dispatch({ type: 'flowed', flow: 'stopping' })
        ;(await uploading()).cancel()
      },
    },
    interrupted: {
      ask,
      async choose(dropId, files) {
        const { asking, interrupted } = state().uploads
        const upload = interrupted.find((each) => each.dropId === dropId)
        if (upload === undefined) return
        const chosen = [...(asking?.dropId === dropId ? asking.chosen : []), ...files]
        const { changed, missing } = matchFiles(upload.files, chosen)
        const isWhole = changed.length === 0 && missing.length === 0
        ask({ dropId, to: 'go-on', chosen, isBusy: isWhole })
        if (!isWhole) return
        try {
          const drop = await (await uploading()).resume(dropId, chosen)
          if (drop !== undefined) onSent(drop)
        } catch {
          ask({ dropId, to: 'go-on', chosen, trouble: 'failed' })
        }
      },
      async discard(dropId) {
        const { asking } = state().uploads
        const chosen = asking?.dropId === dropId ? asking.chosen : []
        ask({ dropId, to: 'cancel', chosen, isBusy: true })
        try {
          await (await uploading()).discard(dropId, chosen)
        } catch {
          ask({ dropId, to: 'cancel', chosen, trouble: 'failed' })
        }
      },
    },
  }
}
