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
import { LOOK_PATIENCE_MS, serverOf, WORK_PATIENCE_MS } from '../../platform/server.ts'
import { boxWords as words } from '../../copy/boxes.ts'
import type { HomeActions } from './actions.ts'
import { BoxFault } from './fault.ts'
import { withAnnouncement, withNews, withSection, type JobName } from './state.ts'
import { checkPassphrase, type BoxTools, type JobTask, type RunJob } from './tools.ts'
import type { OpenBox, Unlocking } from './unlocking.ts'

/** The actions in a box that is open. */
export function makeHome(tools: BoxTools, run: RunJob, unlocking: Unlocking): HomeActions {
  const home: HomeTools = {
    ...tools,
    run,
    open() {
      const open = unlocking.current()
      if (open === undefined) throw new BoxFault('forgotten')
      return open
    },
  }
  return {
    section: (section) => tools.flow.change(withSection(section)),
    lock: () => unlocking.lock('pressed'),
    ...makePublishing(home),
    ...makeJoined(home),
    ...makeInviting(home),
    ...makeProtection(home),
    ...makePasskeys(home),
  }
}

interface HomeTools extends BoxTools {
  readonly run: RunJob
  /** The box that is open. @throws BoxFault `forgotten` */
  readonly open: () => OpenBox
}

/** The card of an owner's box: its keys, terms and readers. */
function makePublishing(home: HomeTools): Pick<HomeActions, 'publish' | 'terms' | 'addReader' | 'removeReader'> {
  /** Changes the box at the server, then on this device, then on the screen. */
  const change = (
    name: JobName,
    by: (server: Server, state: BoxState, now: number) => Promise<BoxState>,
    said: string,
  ): Promise<boolean> =>
    home.run(name, async (job) => {
      const { keys, session } = home.open()
      const server = serverOf(home, WORK_PATIENCE_MS)
      await job.of(session.work((state) => by(server, state, home.device.clock())))
      // The keys that were due to be deleted are deleted with it.
      if (name === 'publish') keys.change(() => undefined)
      job.change(withAnnouncement(said))
    })

  return {
    publish: () => change('publish', renew, words.published),
    terms: (terms) =>
      change('terms', (server, state, now) => publish(server, { ...state, terms }, now), words.termsKept),
    addReader: (code) =>
      change(
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
      change(
        'remove-reader',
        async (server, state, now) => unsaved(await removeReader(server, state, key, now)),
        words.readerRemoved,
      ),
  }
}

/** On a device that reads somebody else's box. */
function makeJoined(home: HomeTools): Pick<HomeActions, 'makeCode' | 'lookAtCard'> {
  return {
    makeCode: () =>
      home.run('code', async (job) => {
        const server = serverOf(home, WORK_PATIENCE_MS)
        let code = ''
        // Its keys are kept before anybody is given the code.
        const work = home.open().session.work(async (before) => {
          const made = await makeReaderCode(server, before, home.device.clock(), home.stretch)
          code = made.code
          return made.state
        })
        await job.of(work)
        job.change(withNews({ code }))
        job.change(withAnnouncement(words.codeMade))
      }),
    lookAtCard: () =>
      home.run('card', async (job) => {
        const { session } = home.open()
        const card = await job.of(fetchOwnCard(serverOf(home, LOOK_PATIENCE_MS), session.state()))
        await job.of(session.change((state) => keepCard(state, card)))
        const { publicKey: own } = await job.of(deriveReaderKey(session.state().reader.seed))
        job.change(withNews({ card: { readers: card.readers, own } }))
      }),
  }
}

function makeInviting(home: HomeTools): Pick<HomeActions, 'invite' | 'uninvite' | 'lookAtInvitations'> {
  /** Asks the server for the rest of each invitation. */
  const ask = async (job: JobTask, patienceMs: number): Promise<void> => {
    const listed = await job.of(listInvitations(serverOf(home, patienceMs), home.open().session.state()))
    const left = listed.map(({ label, hash, items, bytes, expiresAtMs }) => ({
      label,
      hash,
      items,
      bytes,
      expiresAtMs,
    }))
    job.change(withNews({ left }))
  }

  /** The act itself is done, and no failure to look at it again undoes it. */
  const askAfter = (job: JobTask): Promise<void> => ask(job, WORK_PATIENCE_MS).catch(() => {})

  return {
    invite: (order) =>
      home.run('invite', async (job) => {
        const server = serverOf(home, WORK_PATIENCE_MS)
        let link = ''
        const work = home.open().session.work(async (state) => {
          const invited = await invite(server, state, order).catch((error: unknown) => {
            throw isDropError(error) && error.code === 'box_full'
              ? new BoxFault('invitations_full', { cause: error })
              : error
          })
          link = invited.link
          return invited.state
        })
        await job.of(work)
        job.change(withNews({ invited: { label: order.label, link } }))
        job.change(withAnnouncement(words.invited))
        await askAfter(job)
      }),
    uninvite: (hash) =>
      home.run('uninvite', async (job) => {
        const server = serverOf(home, WORK_PATIENCE_MS)
        await job.of(home.open().session.work((state) => uninvite(server, state, hash)))
        const { screen } = home.flow.state
        const left = screen.at === 'home' ? screen.left?.filter((each) => each.hash !== hash) : undefined
        job.change(withNews({ invited: undefined, left }))
        job.change(withAnnouncement(words.uninvited))
        await askAfter(job)
      }),
    lookAtInvitations: () => home.run('left', (job) => ask(job, LOOK_PATIENCE_MS)),
  }
}

/** The protection of the box on this device, and against the loss of the device. */
function makeProtection(home: HomeTools): Pick<HomeActions, 'backUp' | 'changePassphrase' | 'autoLock'> {
  return {
    backUp: (passphrase, repeated) =>
      home.run('backup', async (job) => {
        checkPassphrase(passphrase, repeated)
        const { session } = home.open()
        const now = home.device.clock()
        const overBy = await job.of(timeToForgetNotes(serverOf(home, 0), session.state()))
        await job.of(session.change((state) => withoutExpiredNotes(state, overBy)))
        // In the file as well, for the device on which it is restored.
        const file = await job.of(sealBackup({ ...session.state(), backedUpAtMs: now }, passphrase, job.stretched))
        home.device.save(flatName(words.backupName(session.state().name, now)), file)
        await job.of(session.change((state) => ({ ...state, backedUpAtMs: now })))
        job.change(withAnnouncement(words.backedUp))
      }),
    changePassphrase: (passphrase, repeated) =>
      home.run('passphrase', async (job) => {
        checkPassphrase(passphrase, repeated)
        const { session } = home.open()
        await job.of(session.rewrap((open) => changePassphrase(open, passphrase, home.stretch, job.stretched)))
        job.change(withAnnouncement(words.passphraseChanged))
      }),
    autoLock: (minutes) =>
      home.run('auto-lock', async (job) => {
        await job.of(home.open().session.change((state) => ({ ...state, autoLockMinutes: minutes })))
        job.change(withAnnouncement(words.autoLockKept))
      }),
  }
}

function makePasskeys({ device, open, passkeys, run }: HomeTools): Pick<HomeActions, 'addPasskey' | 'removePasskey'> {
  return {
    addPasskey: () =>
      run('passkey', async (job) => {
        if (passkeys === undefined) throw new BoxFault('passkey_unfit')
        const { session } = open()
        const taken = session.vault().slots.flatMap((slot) => (slot.kind === 'passkey' ? [slot.credential] : []))
        const { credential, salt, prf } = await job.of(passkeys.make(taken, device.clock()))
        await job.of(session.rewrap((vault) => addPasskey(vault, credential, salt, prf)))
        job.change(withAnnouncement(words.passkeyAdded))
      }),
    removePasskey: (credential) =>
      run('passkey', async (job) => {
        const { session } = open()
        const remove = async (): Promise<void> => {
          await session.rewrap((vault) => removePasskey(vault, credential))
          await passkeys?.drop(credential)
        }
        await job.of(remove())
        job.change(withAnnouncement(words.passkeyRemoved))
      }),
  }
}

/** The backup that there is knows other readers. */
function unsaved(state: BoxState): BoxState {
  return { ...state, backedUpAtMs: undefined }
}

/** On a device that has joined: the owner's present name for the box, and the newest card that was seen. */
function keepCard(state: BoxState, { name, serial, terms }: Card): BoxState {
  return state.phrase !== undefined || serial <= state.serial ? state : { ...state, name, serial, terms }
}
