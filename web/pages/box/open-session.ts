import { openDraftText, sealDraftText, draftName, type SealedDraftText } from '#client/box/sealed-draft.ts'
import { deriveRoot, type Root } from '#client/box/root.ts'
import type { BoxState } from '#client/box/state.ts'
import { formatVault, reopenVault, saveState, type OpenVault, type Vault } from '#client/box/vault.ts'
import type { BoxAddress } from '#protocol/address.ts'
import type { Device } from '../../platform/device.ts'
import type { Store } from '../../platform/store.ts'
import { BoxFault } from './fault.ts'
import { makeQueue } from './queue.ts'
import type { DraftTexts, BoxSession, SessionPart } from './session.ts'
import { draftStoreOf } from '../../platform/draft-store.ts'
import type { Tabs } from '../../platform/tabs.ts'

/** An open box, with everything that only this room may do with it. */
export interface OpenSession extends BoxSession {
  /** Changes how the vault is opened. */
  rewrap(by: (open: OpenVault) => OpenVault | Promise<OpenVault>): Promise<void>
  /**
   * Runs work that takes time, such as a request, and then stores its changes; other changes go on meanwhile. One at a time
   * over all tabs. @param by - given the newest state
   */
  work(by: (state: BoxState) => Promise<BoxState>): Promise<BoxState>
  isLocked(): boolean
  /** Locks it for good: it has been removed from the device, and nothing more is kept of it. */
  end(): void
  /** The page is hidden, and may never be seen again. */
  leave(): void
  /** Whether one of its parts is at something. */
  isAtWork(): boolean
  vault(): Vault
}

export interface SessionTools {
  readonly device: Pick<Device, 'alone'>
  readonly store: Pick<Store, 'isLasting' | 'vaults' | 'keepVault' | 'slips'>
  readonly tabs: Tabs
  /** It is locked. `lost`: another tab has removed the vault, or put another in its place. `ended`: this one has. */
  readonly onLock: (vault: Vault, why: LockReason) => void
}

type LockReason = 'asked' | 'lost' | 'ended'

/** The session of a vault that has been opened. */
export function openSession(opened: OpenVault, { device, store, tabs, onLock }: SessionTools): OpenSession {
  const listeners = new Set<() => void>()
  const parts = new Set<SessionPart>()
  let root: Promise<Root> | undefined

  const leave = (): void => {
    for (const part of parts) part.onLeave()
  }

  const close = (why: LockReason): void => {
    if (vault.isLocked()) return
    const { vault: closed } = vault.held()
    try {
      // Of a vault that is gone nothing is kept: nobody could open it.
      if (why === 'asked') leave()
    } finally {
      vault.drop()
      root = undefined
      listeners.clear()
      stopListening()
      for (const part of parts) part.onLock()
      parts.clear()
      onLock(closed, why)
    }
  }

  const vault = new HeldVault(opened, { device, store, tabs }, (news) => {
    if (news === 'lost') close('lost')
    else for (const listener of listeners) listener()
  })

  const stopListening = tabs.listen((message) => {
    if (message.box !== opened.vault.box) return
    if (message.what === 'forgotten') close('lost')
    else vault.alone(() => vault.refresh()).catch(() => {})
  })

  return {
    state: () => vault.held().state,
    vault: () => vault.held().vault,
    isLocked: () => vault.isLocked(),
    isAtWork: () => [...parts].some((part) => part.isAtWork()),
    adopt: (part) => void parts.add(part),
    lock: () => close('asked'),
    end: () => close('ended'),
    leave,
    beside: draftTextsOf(vault, store),
    change: (by) => vault.change(by),
    rewrap: async (by) => void (await vault.write(by)),
    work: (by) => vault.work(by),
    async root() {
      const { phrase } = vault.held().state
      if (phrase !== undefined) root ??= deriveRoot(phrase)
      return root
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** All that opens anything of a vault, until it is dropped: the newest of this tab, kept in step with the disk and with other tabs. */
class HeldVault {
  readonly #box: BoxAddress
  readonly #tools: Omit<SessionTools, 'onLock'>
  readonly #tell: (news: 'changed' | 'lost') => void
  #open: OpenVault | undefined
  readonly #inTurn = makeQueue()
  readonly #atWork = makeQueue()

  constructor(opened: OpenVault, tools: Omit<SessionTools, 'onLock'>, tell: (news: 'changed' | 'lost') => void) {
    this.#box = opened.vault.box
    this.#open = opened
    this.#tools = tools
    this.#tell = tell
  }

  /** @throws BoxFault `forgotten` once it is dropped */
  held(): OpenVault {
    if (this.#open === undefined) throw new BoxFault('forgotten')
    return this.#open
  }

  isLocked(): boolean {
    return this.#open === undefined
  }

  drop(): void {
    this.#open = undefined
  }

  alone<T>(run: () => Promise<T>): Promise<T> {
    return this.#inTurn(() => this.#tools.device.alone(`vault ${this.#box}`, run))
  }

  /** The newest that any tab has stored. Only while it is alone. */
  async refresh(): Promise<OpenVault> {
    const before = this.held()
    const stored = (await this.#tools.store.vaults()).find((each) => each.box === this.#box)
    try {
      if (stored === undefined) throw new BoxFault('forgotten')
      if (formatVault(stored) === formatVault(before.vault)) return before
      return this.#take(await reopenVault(before, stored))
    } catch (cause) {
      this.#tell('lost')
      throw new BoxFault('forgotten', { cause })
    }
  }

  write(by: (current: OpenVault) => OpenVault | Promise<OpenVault>): Promise<OpenVault> {
    return this.alone(async () => {
      const current = await this.refresh()
      const next = await by(current)
      if (next === current) return current
      this.held()
      await this.#tools.store.keepVault(next.vault)
      this.#tools.tabs.post({ box: this.#box, what: 'changed' })
      return this.#take(next)
    })
  }

  async change(by: (state: BoxState) => BoxState | Promise<BoxState>): Promise<BoxState> {
    const { state } = await this.write(async (current) => {
      const next = await by(current.state)
      return next === current.state ? current : saveState(current, next)
    })
    return state
  }

  work(by: (state: BoxState) => Promise<BoxState>): Promise<BoxState> {
    return this.#atWork(() =>
      this.#tools.device.alone(`box ${this.#box}`, async () => {
        const { state: before } = await this.alone(() => this.refresh())
        const after = await by(before)
        return this.change((now) => merge(now, before, after))
      }),
    )
  }

  #take(next: OpenVault): OpenVault {
    // Locked meanwhile: the disk is right, and memory stays empty.
    this.held()
    this.#open = next
    this.#tell('changed')
    return next
  }
}

/** Texts beside the vault, sealed under its key. */
function draftTextsOf(vault: HeldVault, store: SessionTools['store']): DraftTexts {
  const slips = draftStoreOf(store)
  const { box } = vault.held().vault
  return {
    isLasting: store.isLasting,
    async all() {
      const texts = (await slips.of(box)).map((slip) => ({ slip, text: textIn(vault.held(), slip) }))
      for (const { slip, text } of texts) if (text === undefined) await slips.forget(box, slip.name)
      return texts.flatMap(({ text }) => text ?? [])
    },
    keep: async (what, text) => slips.keep(box, sealDraftText(vault.held(), what, text)),
    forget: async (what) => slips.forget(box, draftName(vault.held(), what)),
  }
}

function textIn(open: OpenVault, slip: SealedDraftText): string | undefined {
  try {
    return openDraftText(open, slip)
  } catch {
    return undefined
  }
}

/** Puts the changes from `before` to `after` onto the present state. */
function merge(now: BoxState, before: BoxState, after: BoxState): BoxState {
  const old = new Map(Object.entries(before))
  const changed = Object.entries(after).filter(([key, value]) => value !== old.get(key))
  return changed.length === 0 ? now : { ...now, ...Object.fromEntries(changed) }
}
