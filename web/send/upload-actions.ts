import type { UploadActions } from './actions.ts'
import type { SendTools } from './send-state.ts'
import { matchFiles, type Asked } from './uploads.ts'
import type { Uploading } from './uploading.ts'

/** Everything that a person can do about drops in parts. */
export function makeUploadActions(
  { dispatch, state }: Pick<SendTools, 'dispatch' | 'state'>,
  uploading: () => Promise<Uploading>,
): UploadActions {
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
          await (await uploading()).resume(dropId, chosen)
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
