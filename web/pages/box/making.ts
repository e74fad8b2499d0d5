import { openBackup } from '#client/box/backup.ts'
import { readWriteTarget } from '#client/box/address-link.ts'
import { join } from '#client/box/joining.ts'
import { createBox } from '#client/box/owner.ts'
import { deriveRoot, parsePhrase, type Phrase } from '#client/box/root.ts'
import type { BoxState } from '#client/box/state.ts'
import { addPasskey, newVault } from '#client/box/vault.ts'
import { presentTime } from '#client/clocks.ts'
import { randomBytes } from '#client/crypto/random.ts'
import type { BoxAddress } from '#protocol/address.ts'
import { parseName } from '#protocol/card.ts'
import { serverOf } from '../../platform/server.ts'
import type { MakingActions } from './actions.ts'
import { BoxFault, faultOf } from './fault.ts'
import { findCard } from './find-card.ts'
import { drawPlaces, wrongPlaces } from './phrase-check.ts'
import { withScreen, type Screen } from './state.ts'
import { checkPassphrase, leaveFor, type BoxTools, type RunJob } from './tools.ts'
import type { Unlocking } from './unlocking.ts'

/** The ways to a box on this device: a new one, one that is restored, one that somebody else owns. */
export function makeMaking(
  tools: BoxTools,
  run: RunJob,
  unlocking: Unlocking,
): MakingActions & { readonly leave: () => void } {
  const way = new Way(tools)
  return {
    leave: () => way.leave(),
    ...makeCreating(way, run),
    ...makeRestoring(way, run),
    protect: makeProtecting(way, run, unlocking),
  }
}

/** The knowledge of a box that is not kept yet. Gone when the way is left. */
class Way {
  /** It is kept as soon as it is protected. */
  made: BoxState | undefined
  phrase: Phrase | undefined
  readonly tools: BoxTools

  constructor(tools: BoxTools) {
    this.tools = tools
  }

  leave(): void {
    this.made = undefined
    this.phrase = undefined
  }

  /** To the screen on which a box is protected. @param isNew - nothing else is made of its phrase yet */
  protecting(made: BoxState, isNew: boolean): Screen {
    this.made = made
    this.phrase = undefined
    return { at: 'protect', name: made.name, canPasskey: this.tools.passkeys !== undefined, isNew }
  }

  /** A box that is here has a state that a restored one would overwrite. */
  async refuseTwice(box: BoxAddress): Promise<void> {
    const vaults = await (await this.tools.store()).vaults()
    if (vaults.some((vault) => vault.box === box)) throw new BoxFault('here')
  }

  /** The time at which keys begin here. It is asked once: without a connection one goes on, and is told when they are published. */
  time(): Promise<number> {
    return presentTime(serverOf(this.tools, 0), this.tools.device.clock())
  }
}

/** A new box, or one whose phrase was typed, and the look at the words that it comes back from. */
function makeCreating(way: Way, run: RunJob): Pick<MakingActions, 'create' | 'check' | 'showWords' | 'answer'> {
  const { device, flow } = way.tools
  return {
    create: (plan) =>
      run('create', async (job) => {
        const name = parseName(plan.name.trim())
        const readerName = parseName(plan.readerName.trim())
        if (name === undefined || readerName === undefined) throw new BoxFault('no_name')
        const { invitation, largest } = plan
        const typed = way.phrase
        const now = await job.of(way.time())
        const order = { origin: device.origin, name, readerName, terms: { largest, invitation }, now }
        const box = await job.of(createBox(typed === undefined ? order : { ...order, phrase: typed }))
        // A phrase that was typed need not be written down.
        if (typed !== undefined) return job.change(withScreen(way.protecting(box.state, false)))
        way.made = box.state
        way.phrase = box.phrase
        job.change(withScreen({ at: 'phrase', words: box.phrase.words }))
      }),
    check() {
      if (way.phrase === undefined) return
      const places = drawPlaces(way.phrase.words.length, randomBytes)
      leaveFor(flow, { at: 'check', places, wrong: [] })
    },
    showWords() {
      if (way.phrase !== undefined) leaveFor(flow, { at: 'phrase', words: way.phrase.words })
    },
    answer(typed) {
      const { screen } = flow.state
      if (screen.at !== 'check' || way.phrase === undefined || way.made === undefined) return
      const wrong = wrongPlaces(way.phrase.words, screen.places, typed)
      leaveFor(flow, wrong.length === 0 ? way.protecting(way.made, true) : { ...screen, wrong })
    },
  }
}

/** A box that there is already: its owner's again, or somebody else's. */
function makeRestoring(way: Way, run: RunJob): Pick<MakingActions, 'takePhrase' | 'openBackup' | 'join'> {
  const { origin } = way.tools.device
  return {
    takePhrase: (text) =>
      run('phrase', async (job) => {
        const typed = parsePhrase(text)
        if (typed === undefined) throw new BoxFault('bad_phrase')
        const { address: box } = await job.of(deriveRoot(typed))
        await job.of(way.refuseTwice(box))
        const card = await job.of(findCard(way.tools, box))
        way.phrase = typed
        job.change(withScreen({ at: 'create', restoring: { box, name: card?.name, terms: card?.terms } }))
      }),
    openBackup: (file, passphrase) =>
      run('backup-open', async (job) => {
        if (file === undefined) throw new BoxFault('no_file')
        if (passphrase === '') throw new BoxFault('no_passphrase')
        if (file.size > MOST_BACKUP_BYTES) throw new BoxFault('open_failed')
        const bytes = new Uint8Array(await job.of(file.arrayBuffer()))
        const restored = await job.of(openBackup(bytes, passphrase, job.stretched))
        if (restored.origin !== origin) throw new BoxFault('elsewhere')
        await job.of(way.refuseTwice(restored.box))
        await job.of(way.time())
        job.change(withScreen(way.protecting(restored, false)))
      }),
    join: (address, readerName) =>
      run('join', async (job) => {
        const target = readWriteTarget(address)
        if (target === undefined) throw new BoxFault('bad_address')
        if ((target.origin ?? origin) !== origin) throw new BoxFault('elsewhere')
        const name = parseName(readerName.trim())
        if (name === undefined) throw new BoxFault('no_name')
        await job.of(way.refuseTwice(target.address))
        const now = await job.of(way.time())
        const joined = await job.of(join({ origin, box: target.address, readerName: name, now }))
        const card = await job.of(findCard(way.tools, target.address))
        const made = card === undefined ? joined : { ...joined, name: card.name }
        job.change(withScreen(way.protecting(made, false)))
      }),
  }
}

/** Keeps the box on this device, and opens it. */
function makeProtecting(way: Way, run: RunJob, unlocking: Unlocking): MakingActions['protect'] {
  const { device, passkeys, persist, stretch } = way.tools
  return (passphrase, repeated, wantsPasskey) =>
    run('protect', async (job) => {
      const { made } = way
      if (made === undefined) throw new BoxFault('forgotten')
      checkPassphrase(passphrase, repeated)
      await job.of(way.refuseTwice(made.box))
      // First: some browsers ask for one only within a press. If it is refused, the passphrase protects the box as well.
      const asked = wantsPasskey ? passkeys?.make([], device.clock()) : undefined
      const passkey = await job.of(Promise.resolve(asked).catch((error: unknown) => ({ fault: faultOf(error) })))
      const refused = passkey !== undefined && 'fault' in passkey ? passkey.fault : undefined
      let open = await job.of(newVault(made, passphrase, stretch, job.stretched))
      if (passkey !== undefined && 'prf' in passkey)
        open = await job.of(addPasskey(open, passkey.credential, passkey.salt, passkey.prf))
      // Another tab may have been at the same.
      await job.of(way.refuseTwice(made.box))
      await job.of(unlocking.keep(open.vault))
      way.made = undefined
      await unlocking.enter(job, open, { isPersisted: persist, passkeyFault: refused })
    })
}

/** A backup is a few hundred kilobytes; whatever is much more is some other file. */
const MOST_BACKUP_BYTES = 64_000_000
