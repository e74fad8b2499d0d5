import { announceKeys } from '#client/box/joining.ts'
import { forgetExpired } from '#client/box/forget.ts'
import { needsRenewal, renew, reconcile } from '#client/box/owner.ts'
import { openVault, openVaultWith, type OpenVault, type Vault } from '#client/box/vault.ts'
import { isClockFault } from '#client/clocks.ts'
import type { BoxAddress } from '#protocol/address.ts'
import { LOOK_PATIENCE_MS, serverOf } from '../effects/tools.ts'
import { BoxFault, faultOf, toldFault } from './fault.ts'
import { openSession, type OpenSession } from './open-session.ts'
import { slipsOf } from './slips.ts'
import type { Entry, LockCause, ToldFault } from './state.ts'
import type { BoxTools, Jobs } from './tools.ts'

export interface Unlocking {
  /** Reads what this device has. */
  readonly list: () => Promise<boolean>
  /**
   * Shows a box that has been opened, and brings its keys up to date.
   * @param isPersisted - asks whether this browser has promised to keep it
   */
  readonly enter: (open: OpenVault, isPersisted?: () => Promise<boolean>) => Promise<void>
  readonly unlock: (entry: Entry, passphrase: string) => Promise<boolean>
  readonly unlockWithPasskey: (entry: Entry) => Promise<boolean>
  /** Locks the box that is open, if one is. */
  readonly lock: (why: LockCause) => void
  /** Removes a box from this device, whether it is open or not. */
  readonly forget: (box: BoxAddress) => Promise<boolean>
}

/** @param hold - keeps the open box for the other effects; `undefined` when it is locked */
export function makeUnlocking(
  tools: BoxTools,
  { run }: Jobs,
  hold: (session: OpenSession | undefined) => void,
): Unlocking {
  const { device, dispatch, passkeys, stretch, tabs } = tools
  let current: OpenSession | undefined

  const readList = async (): Promise<void> => {
    const store = await tools.store()
    dispatch({ type: 'listed', entries: (await store.vaults()).map(entryOf), isLasting: store.isLasting })
  }

  const find = async ({ box }: Entry): Promise<Vault> => {
    const vault = (await (await tools.store()).vaults()).find((each) => each.box === box)
    if (vault === undefined) throw new BoxFault('forgotten')
    return vault
  }

  const release = (): void => {
    current = undefined
    hold(undefined)
  }

  const enter: Unlocking['enter'] = async (open, isPersisted = tools.isPersisted) => {
    const { phrase, serial } = open.state
    const session = openSession(open, {
      device,
      store: await tools.store(),
      tabs,
      onLock(vault, why) {
        release()
        if (why === 'asked') return dispatch({ type: 'locked', entry: entryOf(vault), why: 'pressed' })
        // Whoever removed it goes on by itself.
        if (why === 'ended') return
        dispatch({ type: 'went', screen: { at: 'list', lost: vault.name } })
        readList().catch(() => {})
      },
    })
    current = session
    hold(session)
    session.onChange(() => dispatch({ type: 'changed' }))
    // Whoever has just joined is on no card yet, and has to tell the owner first.
    const section = phrase === undefined && serial === 0 ? 'readers' : 'inbox'
    dispatch({ type: 'went', screen: { at: 'home', box: open.vault.box, section } })
    // A new box is among them now.
    readList().catch(() => {})
    void freshen(session)
    void isPersisted().then((is) => dispatch({ type: 'persisted', isPersisted: is }))
  }

  /** Forgets the keys that are too old, and sees that senders find keys for the weeks to come. */
  const freshen = async (session: OpenSession): Promise<void> => {
    const server = serverOf(tools, LOOK_PATIENCE_MS)
    const now = device.clock()
    try {
      // Once: whoever waits for a server that is busy is told late, and the next unlock does it.
      await session.work((before) => forgetExpired(serverOf(tools, 0), before, now))
    } catch (error) {
      tellOfKeys(session, isClockFault(error) ? toldFault(error) : { code: 'keys_kept' })
      // By a clock that is wrong nothing else can be done either.
      if (session.isLocked() || isClockFault(error)) return
    }
    try {
      const state = session.state()
      if (state.phrase === undefined) return await announceKeys(server, state, now)
      await session.work((before) => reconcile(server, before, now))
    } catch (error) {
      // Of what the next unlock may mend nothing is told.
      const code = faultOf(error)
      if (session.isLocked()) return
      const { phrase, reading } = session.state()
      const isReader = phrase === undefined
      // Who has just joined waits to be added, and has read nothing yet.
      const isEnded = isReader && code === 'not_proved' && Object.keys(reading.items).length > 0
      if (isEnded) tellOfKeys(session, { code: 'reader_ended' })
      if (isReader) return
    }
    if (session.isLocked() || !needsRenewal(session.state(), now)) return
    await run('publish', async () => void (await session.work((state) => renew(server, state, now))))
  }

  /** It stays, whatever somebody has begun meanwhile. */
  const tellOfKeys = (session: OpenSession, keysFault: ToldFault): void => {
    if (!session.isLocked()) dispatch({ type: 'told', about: { keysFault } })
  }

  return {
    list: () => run('list', readList),
    enter,
    unlock: (entry, passphrase) =>
      run('unlock', async ({ isThere, stretched }) => {
        if (passphrase === '') throw new BoxFault('no_passphrase')
        const open = await openVault(await find(entry), passphrase, stretch, stretched)
        if (isThere()) await enter(open)
      }),
    unlockWithPasskey: (entry) =>
      run('passkey-unlock', async ({ isThere }) => {
        const vault = await find(entry)
        const slots = vault.slots.filter((slot) => slot.kind === 'passkey')
        if (passkeys === undefined || slots.length === 0) throw new BoxFault('passkey_unfit')
        const { credential, prf } = await passkeys.ask(slots)
        const open = await openVaultWith(vault, credential, prf)
        if (isThere()) await enter(open)
      }),
    lock(why) {
      const vault = current?.vault()
      current?.lock()
      if (vault !== undefined && why !== 'pressed') dispatch({ type: 'locked', entry: entryOf(vault), why })
    },
    forget: (box) =>
      run('forget', async () => {
        const store = await tools.store()
        const vault = (await store.vaults()).find((each) => each.box === box)
        await store.forgetVault(box)
        tabs.post({ box, what: 'forgotten' })
        for (const slot of vault?.slots ?? []) if (slot.kind === 'passkey') void passkeys?.drop(slot.credential)
        if (current?.vault().box === box) current.end()
        else current?.lock()
        dispatch({ type: 'went', screen: { at: 'list' } })
        // Only now: as long as it is open, what is typed is kept beside it.
        await slipsOf(store).forgetAll(box)
        await readList()
      }),
  }
}

export function entryOf({ box, name, slots }: Vault): Entry {
  return { box, name, hasPasskey: slots.some(({ kind }) => kind === 'passkey') }
}
