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
import { serverOf } from '../effects/tools.ts'
import type { MakingAct } from './act.ts'
import { BoxFault, faultOf } from './fault.ts'
import { findCard } from './find-card.ts'
import type { MadePasskey } from './passkey.ts'
import { drawPlaces, wrongPlaces } from './phrase-check.ts'
import { checkPassphrase, type BoxTools, type Jobs } from './tools.ts'
import type { Unlocking } from './unlocking.ts'

/** The ways to a box on this device: a new one, one that is restored, one that somebody else owns. */
export function makeMaking(tools: BoxTools, { run }: Jobs, unlocking: Unlocking): MakingAct & { leave: () => void } {
  const { device, dispatch, passkeys, persist, state: drawn, stretch } = tools
  /** What is kept as soon as it is protected. Gone when the way is left. */
  let made: BoxState | undefined
  let phrase: Phrase | undefined

  const goProtect = (next: BoxState, isNew: boolean): void => {
    made = next
    phrase = undefined
    dispatch({ type: 'went', screen: { at: 'protect', name: next.name, canPasskey: passkeys !== undefined, isNew } })
  }

  /** A box that is here has a state that a restored one would overwrite. */
  const refuseTwice = async (box: BoxAddress): Promise<void> => {
    const vaults = await (await tools.store()).vaults()
    if (vaults.some((vault) => vault.box === box)) throw new BoxFault('here')
  }

  /** With what time keys begin here. It is asked once: who is not connected goes on, and is told when they are published. */
  const timeOf = (): Promise<number> => presentTime(serverOf(tools, 0), device.clock())

  return {
    leave() {
      made = undefined
      phrase = undefined
    },
    create: (plan) =>
      run('create', async ({ isThere }) => {
        const name = parseName(plan.name.trim())
        const readerName = parseName(plan.readerName.trim())
        if (name === undefined || readerName === undefined) throw new BoxFault('no_name')
        const { invitation, largest } = plan
        const typed = phrase
        const now = await timeOf()
        const order = { origin: device.origin, name, readerName, terms: { largest, invitation }, now }
        const box = await createBox(typed === undefined ? order : { ...order, phrase: typed })
        if (!isThere()) return
        // Who has typed the phrase has it.
        if (typed !== undefined) return goProtect(box.state, false)
        made = box.state
        phrase = box.phrase
        dispatch({ type: 'went', screen: { at: 'phrase', words: box.phrase.words } })
      }),
    check() {
      if (phrase === undefined) return
      const places = drawPlaces(phrase.words.length, randomBytes)
      dispatch({ type: 'went', screen: { at: 'check', places, wrong: [] } })
    },
    showWords() {
      if (phrase !== undefined) dispatch({ type: 'went', screen: { at: 'phrase', words: phrase.words } })
    },
    answer(typed) {
      const { screen } = drawn()
      if (screen.at !== 'check' || phrase === undefined || made === undefined) return
      const wrong = wrongPlaces(phrase.words, screen.places, typed)
      if (wrong.length === 0) goProtect(made, true)
      else dispatch({ type: 'went', screen: { ...screen, wrong } })
    },
    takePhrase: (text) =>
      run('phrase', async ({ isThere }) => {
        const typed = parsePhrase(text)
        if (typed === undefined) throw new BoxFault('bad_phrase')
        const { address: box } = await deriveRoot(typed)
        await refuseTwice(box)
        const card = await findCard(tools, box)
        if (!isThere()) return
        phrase = typed
        dispatch({ type: 'went', screen: { at: 'create', restoring: { box, name: card?.name, terms: card?.terms } } })
      }),
    openBackup: (file, passphrase) =>
      run('backup-open', async ({ isThere, stretched }) => {
        if (file === undefined) throw new BoxFault('no_file')
        if (passphrase === '') throw new BoxFault('no_passphrase')
        if (file.size > MOST_BACKUP_BYTES) throw new BoxFault('open_failed')
        const bytes = new Uint8Array(await file.arrayBuffer())
        const restored = await openBackup(bytes, passphrase, stretched)
        if (restored.origin !== device.origin) throw new BoxFault('elsewhere')
        await refuseTwice(restored.box)
        await timeOf()
        if (isThere()) goProtect(restored, false)
      }),
    join: (address, readerName) =>
      run('join', async ({ isThere }) => {
        const target = readWriteTarget(address)
        if (target === undefined) throw new BoxFault('bad_address')
        if ((target.origin ?? device.origin) !== device.origin) throw new BoxFault('elsewhere')
        const name = parseName(readerName.trim())
        if (name === undefined) throw new BoxFault('no_name')
        await refuseTwice(target.address)
        const joined = await join({
          origin: device.origin,
          box: target.address,
          readerName: name,
          now: await timeOf(),
        })
        const card = await findCard(tools, target.address)
        if (isThere()) goProtect(card === undefined ? joined : { ...joined, name: card.name }, false)
      }),
    protect: (passphrase, repeated, wantsPasskey) =>
      run('protect', async ({ isThere, stretched }) => {
        if (made === undefined) throw new BoxFault('forgotten')
        checkPassphrase(passphrase, repeated)
        const box = made
        await refuseTwice(box.box)
        // First: some browsers ask for one only within a press.
        let passkey: MadePasskey | undefined
        let refused: unknown
        try {
          if (wantsPasskey) passkey = await passkeys?.make([], device.clock())
        } catch (error) {
          // A passphrase protects it as well.
          refused = error
        }
        let open = await newVault(box, passphrase, stretch, stretched)
        if (passkey !== undefined) open = await addPasskey(open, passkey.credential, passkey.salt, passkey.prf)
        if (!isThere()) return
        // Another tab may have been at the same.
        await refuseTwice(box.box)
        await (await tools.store()).keepVault(open.vault)
        made = undefined
        await unlocking.enter(open, persist)
        if (refused !== undefined) dispatch({ type: 'told', about: { passkeyFault: faultOf(refused) } })
      }),
  }
}

/** A backup is a few hundred kilobytes; whatever is much more is some other file. */
const MOST_BACKUP_BYTES = 64_000_000
