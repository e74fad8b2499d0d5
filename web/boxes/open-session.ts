import { openDraftText, sealDraftText, draftName, type SealedDraft } from '#client/box/sealed-draft.ts'
import { deriveRoot, type Root } from '#client/box/root.ts'
import type { BoxState } from '#client/box/state.ts'
import { formatVault, reopenVault, saveState, type OpenVault, type Vault } from '#client/box/vault.ts'
import type { Device } from '../device.ts'
import type { Store } from '../store.ts'
import { BoxFault } from './fault.ts'
import { makeQueue } from './queue.ts'
import type { BoxSession, SessionPart } from './session.ts'
import { slipsOf } from './slips.ts'
import type { Tabs } from './tabs.ts'

/** What the rest of this room may do with an open box besides. */
export interface OpenSession extends BoxSession {
  /** Changes how the vault is opened. */
  rewrap(by: (open: OpenVault) => OpenVault | Promise<OpenVault>): Promise<void>
  /**
   * Runs what takes its time, such as a request, and then stores what it has changed; other changes go on meanwhile. One at a time
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
  const { box } = opened.vault
  const slips = slipsOf(store)
  /** All that opens anything. Nothing of it is left after the lock. */
  let open: OpenVault | undefined = opened
  let root: Promise<Root> | undefined
  const listeners = new Set<() => void>()
  const parts = new Set<SessionPart>()
  const [inTurn, atWork] = [makeQueue(), makeQueue()]

  const held = (): OpenVault => {
    if (open === undefined) throw new BoxFault('forgotten')
    return open
  }

  const take = (next: OpenVault): OpenVault => {
    // Locked meanwhile: what is on the disk is right, and memory stays empty.
    held()
    open = next
    for (const listener of listeners) listener()
    return next
  }

  const leave = (): void => {
    for (const part of parts) part.onLeave()
  }

  const close = (why: LockReason): void => {
    if (open === undefined) return
    const { vault } = open
    try {
      // Of a vault that is gone nothing is kept: nobody could open it.
      if (why === 'asked') leave()
    } finally {
      open = undefined
      root = undefined
      listeners.clear()
      stopListening()
      for (const part of parts) part.onLock()
      parts.clear()
      onLock(vault, why)
    }
  }

  /** The newest that any tab has stored. */
  const refresh = async (): Promise<OpenVault> => {
    const before = held()
    const stored = (await store.vaults()).find((each) => each.box === box)
    try {
      if (stored === undefined) throw new BoxFault('forgotten')
      return formatVault(stored) === formatVault(before.vault) ? before : take(await reopenVault(before, stored))
    } catch (cause) {
      close('lost')
      throw new BoxFault('forgotten', { cause })
    }
  }

  const alone = <T>(run: () => Promise<T>): Promise<T> => inTurn(() => device.alone(`vault ${box}`, run))

  const write = (by: (current: OpenVault) => OpenVault | Promise<OpenVault>): Promise<OpenVault> =>
    alone(async () => {
      const current = await refresh()
      const next = await by(current)
      if (next === current) return current
      held()
      await store.keepVault(next.vault)
      tabs.post({ box, what: 'changed' })
      return take(next)
    })

  const change = async (by: (state: BoxState) => BoxState | Promise<BoxState>): Promise<BoxState> => {
    const { state } = await write(async (current) => {
      const next = await by(current.state)
      return next === current.state ? current : saveState(current, next)
    })
    return state
  }

  const stopListening = tabs.listen((message) => {
    if (message.box !== box) return
    if (message.what === 'forgotten') close('lost')
    else alone(refresh).catch(() => {})
  })

  return {
    state: () => held().state,
    vault: () => held().vault,
    isLocked: () => open === undefined,
    isAtWork: () => [...parts].some((part) => part.isAtWork()),
    adopt: (part) => void parts.add(part),
    lock: () => close('asked'),
    end: () => close('ended'),
    leave,
    beside: {
      isLasting: store.isLasting,
      async all() {
        const texts = (await slips.of(box)).map((slip) => ({ slip, text: textIn(held(), slip) }))
        for (const { slip, text } of texts) if (text === undefined) await slips.forget(box, slip.name)
        return texts.flatMap(({ text }) => text ?? [])
      },
      keep: async (what, text) => slips.keep(box, sealDraftText(held(), what, text)),
      forget: async (what) => slips.forget(box, draftName(held(), what)),
    },
    change,
    rewrap: async (by) => void (await write(by)),
    work: (by) =>
      atWork(() =>
        device.alone(`box ${box}`, async () => {
          const { state: before } = await alone(refresh)
          const after = await by(before)
          return change((now) => merge(now, before, after))
        }),
      ),
    async root() {
      const { phrase } = held().state
      if (phrase !== undefined) root ??= deriveRoot(phrase)
      return root
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function textIn(open: OpenVault, slip: SealedDraft): string | undefined {
  try {
    return openDraftText(open, slip)
  } catch {
    return undefined
  }
}

/** What changed from `before` to `after`, put onto what there is now. */
function merge(now: BoxState, before: BoxState, after: BoxState): BoxState {
  const old = new Map(Object.entries(before))
  const changed = Object.entries(after).filter(([key, value]) => value !== old.get(key))
  return changed.length === 0 ? now : { ...now, ...Object.fromEntries(changed) }
}
