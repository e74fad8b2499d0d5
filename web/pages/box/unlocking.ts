import { openVault, openVaultWith, type OpenVault, type Vault } from '#client/box/vault.ts'
import type { BoxAddress } from '#protocol/address.ts'
import { Flow } from '../../kit/flow.ts'
import { BoxFault } from './fault.ts'
import { openSession, type OpenSession } from './open-session.ts'
import { draftStoreOf } from '../../platform/draft-store.ts'
import { withNews, withScreen, type BoxesState, type ListedBox, type HomeNews, type LockCause } from './state.ts'
import { leaveFor, type BoxTools, type JobTask, type RunJob } from './tools.ts'
import { freshenKeys, type KeysFault } from './upkeep.ts'

export interface Unlocking {
  /** The box that is open. */
  readonly current: () => OpenBox | undefined
  /** Reads the boxes of this device. */
  readonly list: () => Promise<boolean>
  /** Keeps a new vault on this device, among the others. */
  readonly keep: (vault: Vault) => Promise<void>
  /** Shows a box that has been opened, and brings its keys up to date. */
  readonly enter: (job: JobTask, open: OpenVault, news?: EntryNews) => Promise<void>
  readonly unlock: (entry: ListedBox, passphrase: string) => Promise<boolean>
  readonly unlockWithPasskey: (entry: ListedBox) => Promise<boolean>
  /** Locks the box that is open, if one is. */
  readonly lock: (why: LockCause) => void
  /** Removes a box from this device, whether it is open or not. */
  readonly forget: (box: BoxAddress) => Promise<boolean>
}

/** A box that is open, until it is locked. */
export interface OpenBox {
  readonly session: OpenSession
  readonly keys: Flow<KeysFault>
}

/** News of a box that was made just now. */
interface EntryNews extends Pick<HomeNews, 'passkeyFault'> {
  /** Asks whether this browser has promised to keep it. */
  readonly isPersisted?: () => Promise<boolean>
}

export function makeUnlocking(tools: BoxTools, run: RunJob): Unlocking {
  const { flow, passkeys, stretch, tabs } = tools
  const readList = makeReading(tools)
  let current: OpenBox | undefined

  const find = async ({ box }: ListedBox): Promise<Vault> => {
    const vault = (await (await tools.store()).vaults()).find((each) => each.box === box)
    if (vault === undefined) throw new BoxFault('forgotten')
    return vault
  }

  const enter: Unlocking['enter'] = async (job, open, news = {}) => {
    const { isPersisted = tools.isPersisted, passkeyFault } = news
    const store = await job.of(tools.store())
    const keys = new Flow<KeysFault>(undefined, (keysFault) => flow.change(withNews({ keysFault })))
    const session = openSession(open, {
      device: tools.device,
      store,
      tabs,
      onLock(vault, why) {
        keys.end()
        current = undefined
        if (why === 'asked') leaveFor(flow, { at: 'locked', entry: entryOf(vault), why: 'pressed' })
        // A box that is removed here is left by the job that removes it.
        if (why !== 'lost') return
        leaveFor(flow, { at: 'list', lost: vault.name })
        readList().catch(() => {})
      },
    })
    current = { session, keys }
    session.onChange(() => flow.change((state) => ({ ...state, revision: state.revision + 1 })))
    job.change(withScreen({ at: 'home', box: open.vault.box, section: firstSection(open), passkeyFault }))
    void keys.begin((task) => freshenKeys(tools, run, session, task))
    void isPersisted().then((is) => flow.change((state) => ({ ...state, isPersisted: is })))
  }

  return {
    current: () => current,
    list: () => run('list', (job) => job.of(readList())),
    async keep(vault) {
      await (await tools.store()).keepVault(vault)
      await readList().catch(() => {})
    },
    enter,
    unlock: (entry, passphrase) =>
      run('unlock', async (job) => {
        if (passphrase === '') throw new BoxFault('no_passphrase')
        const vault = await job.of(find(entry))
        await enter(job, await job.of(openVault(vault, passphrase, stretch, job.stretched)))
      }),
    unlockWithPasskey: (entry) =>
      run('passkey-unlock', async (job) => {
        const vault = await job.of(find(entry))
        const slots = vault.slots.filter((slot) => slot.kind === 'passkey')
        if (passkeys === undefined || slots.length === 0) throw new BoxFault('passkey_unfit')
        const { credential, prf } = await job.of(passkeys.ask(slots))
        await enter(job, await job.of(openVaultWith(vault, credential, prf)))
      }),
    lock(why) {
      const vault = current?.session.vault()
      current?.session.lock()
      if (vault !== undefined && why !== 'pressed')
        flow.change(withScreen({ at: 'locked', entry: entryOf(vault), why }))
    },
    forget(box) {
      const session = current?.session
      const isOpen = session?.vault().box === box
      if (!isOpen) session?.lock()
      return run('forget', async (job) => {
        const onGone = (): void => {
          if (isOpen) session?.end()
          job.change(withScreen({ at: 'list' }))
        }
        await job.of(removeBox(tools, box, onGone))
        await job.of(readList())
      })
    },
  }
}

/** Reads the boxes of this device. Only the last of several readings is shown. */
function makeReading({ flow, store }: BoxTools): () => Promise<void> {
  const listed = new Flow<Pick<BoxesState, 'entries' | 'isLasting'>>(flow.state, ({ entries, isLasting }) =>
    flow.change((state) => ({ ...state, entries, isLasting })),
  )
  return () =>
    listed.begin(async (task) => {
      const opened = await task.of(store())
      const vaults = await task.of(opened.vaults())
      task.change(() => ({ entries: vaults.map(entryOf), isLasting: opened.isLasting }))
    })
}

/** Removes a box from this device, with everything that is kept beside it. @param onGone - called as soon as nobody can open it again */
async function removeBox({ passkeys, store, tabs }: BoxTools, box: BoxAddress, onGone: () => void): Promise<void> {
  const opened = await store()
  const vault = (await opened.vaults()).find((each) => each.box === box)
  await opened.forgetVault(box)
  tabs.post({ box, what: 'forgotten' })
  for (const slot of vault?.slots ?? []) if (slot.kind === 'passkey') void passkeys?.drop(slot.credential)
  onGone()
  // Only now: as long as it is open, typed texts are kept beside it.
  await draftStoreOf(opened).forgetAll(box)
}

/** A device that has just joined is on no card yet, and has to tell the owner first. */
function firstSection({ state: { phrase, serial } }: OpenVault): 'readers' | 'inbox' {
  return phrase === undefined && serial === 0 ? 'readers' : 'inbox'
}

function entryOf({ box, name, slots }: Vault): ListedBox {
  return { box, name, hasPasskey: slots.some(({ kind }) => kind === 'passkey') }
}
