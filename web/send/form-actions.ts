import type { FailureCode } from '../platform/server.ts'
import type { FormActions } from './actions.ts'
import { findFault, MAX_FILES, withMore } from './draft.ts'
import type { Sealing } from './sealing.ts'
import { isIdle, type ComposeFault, type SendTools } from './send-state.ts'

export interface SealingForm {
  /** Its code may come when it is needed. */
  readonly sealing: () => Promise<Sealing>
  /** Looks once more before anything is sealed. @returns whether to go on; if not, the screen says why */
  readonly before?: () => Promise<boolean>
  readonly codeOf: (error: unknown) => FailureCode
}

/** The actions of a form that seals and sends. */
export function makeFormActions(
  { dispatch, state }: Pick<SendTools, 'dispatch' | 'state'>,
  { before, codeOf, sealing }: SealingForm,
): Omit<FormActions, 'prepare'> & { readonly refuseLate: (fault: ComposeFault) => void } {
  /** A late refusal does not break off a message that is being sealed by now. */
  const refuseLate = (fault: ComposeFault): void => {
    if (isIdle(state().main)) dispatch({ type: 'refused', fault })
  }

  return {
    refuseLate,
    draft: (draft) => dispatch({ type: 'drafted', draft }),
    addFiles(chosen) {
      const files = withMore(state().draft.files, chosen)
      if (files.length > MAX_FILES) return refuseLate({ at: 'count' })
      dispatch({ type: 'drafted', draft: { files } })
      // Code that cannot be fetched now is fetched at sealing, which tells.
      sealing().then(
        (loaded) => loaded.check(),
        () => {},
      )
    },
    missFiles: (at) => refuseLate({ at }),
    async seal() {
      const { draft, main } = state()
      if (!isIdle(main)) return
      const at = findFault(draft)
      if (at !== undefined) return dispatch({ type: 'refused', fault: { at } })
      dispatch({ type: 'worked', work: { stage: 'starting' } })
      try {
        if ((await before?.()) === false) return
        await (await sealing()).seal()
      } catch (error) {
        dispatch({ type: 'refused', fault: { at: 'server', code: codeOf(error) } })
      }
    },
  }
}
