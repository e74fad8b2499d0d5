import { sealBackup } from '#client/box/backup.ts'
import { timeToForgetNotes } from '#client/box/forget.ts'
import { withoutExpiredNotes } from '#client/box/notes.ts'
import { makeReaderCode } from '#client/box/joining.ts'
import { addReader, publish, removeReader, renew } from '#client/box/owner.ts'
import { invite, listInvitations, uninvite } from '#client/box/invitations.ts'
import { deriveReaderKey } from '#client/box/reader-keys.ts'
import { fetchOwnCard } from '#client/box/own-card.ts'
import type { BoxState } from '#client/box/state.ts'
import { addPasskey, changePassphrase, removePasskey } from '#client/box/vault.ts'
import { flatName } from '#client/names.ts'
import type { Server } from '#client/server.ts'
import type { Card } from '#protocol/card.ts'
import { isDropError } from '#protocol/error.ts'
import { LOOK_PATIENCE_MS, serverOf, WORK_PATIENCE_MS } from '../effects/tools.ts'
import { boxWords as words } from '../words/boxes.ts'
import type { HomeAct } from './act.ts'
import { BoxFault } from './fault.ts'
import type { BoxesEvent, JobName } from './state.ts'
import { checkPassphrase, type BoxTools, type Jobs, type Waiting } from './tools.ts'
import type { Unlocking } from './unlocking.ts'

/** What can be done in a box that is open. */
export function makeHome(tools: BoxTools, { run, session }: Jobs, unlocking: Unlocking): HomeAct {
  const { device, dispatch, passkeys, stretch } = tools
  const done = (text: string): void => dispatch({ type: 'announced', text })
  /** What was told of a box that is locked by now is for no other one. */
  const show = ({ isThere }: Waiting, about: Told): void => {
    if (isThere()) dispatch({ type: 'told', about })
  }

  /** Changes the box at the server, then on this device, then on the screen. */
  const publishing = (
    name: JobName,
    by: (server: Server, state: BoxState, now: number) => Promise<BoxState>,
    said: string,
  ): Promise<boolean> =>
    run(name, async () => {
      await session().work((state) => by(serverOf(tools, WORK_PATIENCE_MS), state, device.clock()))
      done(said)
    })

  /** What is left of the invitations, as the server says. */
  const askLeft = async (server: Server, waiting: Waiting): Promise<void> => {
    const listed = await listInvitations(server, session().state())
    const left = listed.map(({ label, hash, items, bytes, expiresAtMs }) => ({
      label,
      hash,
      items,
      bytes,
      expiresAtMs,
    }))
    show(waiting, { left })
  }

  /** The act itself is done, and no failure to look at it again undoes it. */
  const askAfter = (server: Server, waiting: Waiting): Promise<void> => askLeft(server, waiting).catch(() => {})

  return {
    section: (section) => dispatch({ type: 'section', section }),
    lock: () => unlocking.lock('pressed'),
    publish: () =>
      publishing(
        'publish',
        async (server, state, now) => {
          const renewed = await renew(server, state, now)
          // What was due to be deleted is deleted with it.
          dispatch({ type: 'told', about: { keysFault: undefined } })
          return renewed
        },
        words.published,
      ),
    terms: (terms) =>
      publishing('terms', (server, state, now) => publish(server, { ...state, terms }, now), words.termsKept),
    addReader: (code) =>
      publishing(
        'add-reader',
        async (server, state, now) => {
          try {
            return unsaved(await addReader(server, state, code, now))
          } catch (error) {
            throw error instanceof RangeError ? new BoxFault('readers_full', { cause: error }) : error
          }
        },
        words.readerAdded,
      ),
    removeReader: (key) =>
      publishing(
        'remove-reader',
        async (server, state, now) => unsaved(await removeReader(server, state, key, now)),
        words.readerRemoved,
      ),
    makeCode: () =>
      run('code', async (waiting) => {
        const server = serverOf(tools, WORK_PATIENCE_MS)
        let code = ''
        // What its keys are is kept before anybody is given the code.
        await session().work(async (before) => {
          const made = await makeReaderCode(server, before, device.clock(), stretch)
          code = made.code
          return made.state
        })
        show(waiting, { code })
        done(words.codeMade)
      }),
    lookAtCard: () =>
      run('card', async (waiting) => {
        // This one: by the time of the answer another may be open.
        const open = session()
        const card = await fetchOwnCard(serverOf(tools, LOOK_PATIENCE_MS), open.state())
        await open.change((state) => keepCard(state, card))
        const { publicKey: own } = await deriveReaderKey(open.state().reader.seed)
        show(waiting, { card: { readers: card.readers, own } })
      }),
    invite: (order) =>
      run('invite', async (waiting) => {
        const server = serverOf(tools, WORK_PATIENCE_MS)
        let link = ''
        await session().work(async (state) => {
          const invited = await invite(server, state, order).catch((error: unknown) => {
            throw isDropError(error) && error.code === 'box_full'
              ? new BoxFault('invitations_full', { cause: error })
              : error
          })
          link = invited.link
          return invited.state
        })
        show(waiting, { invited: { label: order.label, link } })
        done(words.invited)
        await askAfter(server, waiting)
      }),
    uninvite: (hash) =>
      run('uninvite', async (waiting) => {
        const server = serverOf(tools, WORK_PATIENCE_MS)
        await session().work((state) => uninvite(server, state, hash))
        const { screen } = tools.state()
        const left = screen.at === 'home' ? screen.left?.filter((each) => each.hash !== hash) : undefined
        show(waiting, { invited: undefined, left })
        done(words.uninvited)
        await askAfter(server, waiting)
      }),
    lookAtInvitations: () => run('left', (waiting) => askLeft(serverOf(tools, LOOK_PATIENCE_MS), waiting)),
    backUp: (passphrase, repeated) =>
      run('backup', async ({ isThere, stretched }) => {
        checkPassphrase(passphrase, repeated)
        const now = device.clock()
        const overBy = await timeToForgetNotes(serverOf(tools, 0), session().state())
        await session().change((state) => withoutExpiredNotes(state, overBy))
        // In the file as well: who restores it has it.
        const file = await sealBackup({ ...session().state(), backedUpAtMs: now }, passphrase, stretched)
        if (!isThere()) return
        device.save(flatName(words.backupName(session().state().name, now)), file)
        await session().change((state) => ({ ...state, backedUpAtMs: now }))
        done(words.backedUp)
      }),
    changePassphrase: (passphrase, repeated) =>
      run('passphrase', async ({ stretched }) => {
        checkPassphrase(passphrase, repeated)
        await session().rewrap((open) => changePassphrase(open, passphrase, stretch, stretched))
        done(words.passphraseChanged)
      }),
    addPasskey: () =>
      run('passkey', async () => {
        if (passkeys === undefined) throw new BoxFault('passkey_unfit')
        const taken = session()
          .vault()
          .slots.flatMap((slot) => (slot.kind === 'passkey' ? [slot.credential] : []))
        const { credential, salt, prf } = await passkeys.make(taken, device.clock())
        await session().rewrap((open) => addPasskey(open, credential, salt, prf))
        done(words.passkeyAdded)
      }),
    removePasskey: (credential) =>
      run('passkey', async () => {
        await session().rewrap((open) => removePasskey(open, credential))
        await passkeys?.drop(credential)
        done(words.passkeyRemoved)
      }),
    autoLock: (minutes) =>
      run('auto-lock', async () => {
        await session().change((state) => ({ ...state, autoLockMinutes: minutes }))
        done(words.autoLockKept)
      }),
  }
}

type Told = Extract<BoxesEvent, { type: 'told' }>['about']

/** The backup that there is knows other readers. */
function unsaved(state: BoxState): BoxState {
  return { ...state, backedUpAtMs: undefined }
}

/** On a device that has joined: what the owner calls the box now, and the newest card that was seen. */
function keepCard(state: BoxState, { name, serial, terms }: Card): BoxState {
  return state.phrase !== undefined || serial <= state.serial ? state : { ...state, name, serial, terms }
}
