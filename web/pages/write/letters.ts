import { readWriteTarget, type WriteTarget } from '#client/box/address-link.ts'
import type { ReturnCode } from '#client/box/return.ts'
import type { BoxAddress } from '#protocol/address.ts'
import type { ReturnTools } from './return-actions.ts'
import type { WriteActions } from './write-actions.ts'
import { firstWriteState } from './write-state.ts'
import { makeWriting } from './writing.ts'

/** The letters that are written under one return code, one to each box, until the code is forgotten. */
export class Letters {
  readonly #tools: ReturnTools
  readonly #code: ReturnCode
  /** The actions on each letter that is begun. */
  readonly #begun = new Map<BoxAddress, WriteActions>()
  /** The invitation by which the last letter was written: the next one goes by it too, as long as it holds. */
  #invited: WriteTarget | undefined

  constructor(tools: ReturnTools, code: ReturnCode) {
    this.#tools = tools
    this.#code = code
  }

  /** The actions on the letter on the screen. */
  shown(): WriteActions | undefined {
    const { write } = this.#tools.state()
    return write && this.#begun.get(write.target.address)
  }

  /** Back to the list of answers. A letter that would be lost stays. */
  leave(): void {
    const { dispatch, state } = this.#tools
    const { write } = state()
    if (write?.target.invitation !== undefined) this.#invited = write.target
    dispatch({ type: 'listed-again' })
    if (write !== undefined && state().write === undefined) this.#begun.delete(write.target.address)
  }

  /** @param to - the box; if `undefined`, the letter goes on that was left, or the box is asked for */
  again(to: BoxAddress | undefined): void {
    const { dispatch, state } = this.#tools
    const { write } = state()
    // A letter that was being written there, or elsewhere if no box is named, goes on as it was left.
    if (write !== undefined && (to ?? write.target.address) === write.target.address)
      return dispatch({ type: 'writing-resumed' })
    if (to === undefined) return dispatch({ type: 'box-asked' })
    this.#begin(this.#invited?.address === to ? this.#invited : { address: to })
  }

  /** Writes to the box that has been typed, if it is one of this server. */
  enterBox(): void {
    const { device, dispatch, state } = this.#tools
    const { main } = state()
    if (main.at !== 'which-box') return
    const target = readWriteTarget(main.text)
    if (target === undefined) return dispatch({ type: 'box-refused', fault: { at: 'address' } })
    const { origin = device.origin } = target
    if (origin !== device.origin) return dispatch({ type: 'box-refused', fault: { at: 'elsewhere', origin } })
    this.#begin(target)
  }

  /** A letter to a box, or the one that was begun before. */
  #begin(target: WriteTarget): void {
    const { dispatch, state } = this.#tools
    const { address } = target
    const begun = state().others.find((each) => each.target.address === address)
    const fresh = firstWriteState(target, true)
    const isInvited = target.invitation !== undefined
    const kept = begun && isInvited ? { ...begun, target, invitation: fresh.invitation } : begun
    dispatch({ type: 'writing-begun', write: kept ?? fresh })
    const isShown = (): boolean => this.#begun.get(address) === letter && state().write?.target.address === address
    const letter =
      (begun && this.#begun.get(address)) ??
      makeWriting(
        {
          ...this.#tools,
          // An answer about another box than that of the letter is for nobody: it is asked for again.
          dispatch: (event) => isShown() && dispatch({ type: 'write', event }),
          state: () => (isShown() ? state().write : undefined) ?? fresh,
        },
        target,
        this.#code,
      )
    this.#begun.set(address, letter)
    void letter.look()
  }
}
