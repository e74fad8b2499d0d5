import type { SigningKey } from '#client/crypto/keys.ts'
import { deriveOpener, locate, readLink, type LinkSecret, type Location, type Opener } from '#client/link.ts'
import {
  acknowledge,
  claimsOf,
  look,
  openDrop,
  provedClaims,
  receiveParts,
  type ShownClaims,
  type Waiting,
} from '#client/receive.ts'
import { type Opened } from '#client/open.ts'
import { Refused } from '#client/refused.ts'
import type { Parts } from '#client/staging.ts'
import { DropError, isDropError } from '#protocol/error.ts'
import { cipherFor } from '../platform/ciphers.ts'
import { memoryDisk, type Stage } from '../platform/disk.ts'
import { failureOf, LOOK_PATIENCE_MS, serverOf, WORK_PATIENCE_MS } from '../platform/server.ts'
import type { PageTools } from '../platform/page-tools.ts'
import type { Flow, Task } from '../kit/flow.ts'
import type { Work } from '../kit/progress.tsx'
import type { StoredWhole } from '../platform/store.ts'
import { open as words } from '../copy/reading.ts'
import type { Acknowledgement, LinkReading, OpenFault, OpenNote, Proof, WaitingDrop } from './link-reading.ts'
import { diskThatWorks, findRoom, flowing, pause, receive, RETRY_MS, shownMessage, type Delivery } from './read-flow.ts'
import { forgetReader, keepReader, readerKeyFor, recallReader } from './reader-keys.ts'
import { untaken, type SpaceCheck } from './reading.ts'
import { saveableOf, Saver } from './saving.ts'

type LinkTask = Task<LinkReading>

/** A link that has been followed. */
interface Link extends Delivery<Opened> {
  readonly secret: LinkSecret
  readonly place: Location
  waiting?: Waiting
  /** The opener, and the passphrase by which it was made; the passphrase goes once it has opened. */
  opener?: Opener | undefined
  passphrase?: string | undefined
  reader?: SigningKey | undefined
  /** The person has been told that a reload may lose what is claimed. */
  isWarned?: boolean
  /** This browser has opened and acknowledged it before a reload, and keeps all of it. */
  whole?: (StoredWhole & { readonly expiresAtMs: number }) | undefined
  room?: SpaceCheck
  /** The server has been told, or holds nothing any more. */
  isTold?: boolean
  /** Names that have been copied or saved; the text is `''`. */
  readonly taken: Set<string>
}

/** The page that a link has led to. */
export interface LinkPage {
  /** Tells a screen reader. */
  announce(text: string): void
  /** Whether this browser keeps what it is given across a reload. */
  onStoreFound(isLasting: boolean): void
  /** The server knows, and everything has been taken. */
  onSettled(): void
}

/** Opens what a link leads to: looks, claims, receives, acknowledges, and keeps what has not been taken yet. */
export class FromLink {
  /** Takes text, files and sealed bytes out of the page. */
  readonly keep: Saver
  readonly #page: LinkPage
  readonly #tools: PageTools
  readonly #flow: Flow<LinkReading>
  /** The one on the screen. */
  #link: Link | undefined
  #task: LinkTask | undefined

  constructor(tools: PageTools, page: LinkPage, flow: Flow<LinkReading>) {
    const { device } = tools
    this.#page = page
    this.#tools = tools
    this.#flow = flow
    this.keep = new Saver(
      { device, announce: (text) => page.announce(text) },
      () => this.#link && this.#task && saveableOf(this.#flow.state, this.#task, this.#link),
      async (names) => {
        for (const name of names) this.#link?.taken.add(name)
        if (this.#link !== undefined) await this.#settle(this.#link)
      },
    )
  }

  /** Asks what waits behind a link. Consumes nothing; goes on with what this browser has claimed before. */
  async arrive(task: LinkTask, fragment: string): Promise<void> {
    this.#task = task
    const last = this.#link
    const secret = readLink(fragment)?.secret
    if (secret === undefined) return task.change(() => ({ at: 'damaged' }))
    let link: Link | undefined
    try {
      const place = await task.of(locate(secret))
      link = this.#link = { secret, place, drop: place.dropId, taken: new Set() }
      // Parts that did not open are not tried again: the server still has the drop.
      if (last?.drop === link.drop && last.message === undefined) await task.of(clear(last.stage))
      if (!secret.needsPassphrase) await this.#derive(task, link, '')
      await this.#recall(task, link)
      if (link.whole !== undefined && (await this.#isKeptHere(task, link))) await this.#findKept(task, link)
      else await this.#find(task, link)
    } catch (error) {
      if (link === undefined) task.change(failed({ at: 'server', code: failureOf(error) }))
      else await this.#explain(task, link, error)
    }
  }

  /** Claims, opens and acknowledges. Only ever called by a press, or for what was claimed before. */
  async open(passphrase: string): Promise<void> {
    await this.#goOnWith(async (task, link) => {
      task.change(working({ stage: 'starting' }))
      const opener = await this.#derive(task, link, passphrase)
      if (link.whole !== undefined) return await this.#openKept(task, link, opener)
      const reader = await this.#keyFor(task, link)
      if (reader === undefined) return
      // Where a first part lies here, going on claims nothing, so nobody would say that a passphrase is wrong.
      if (link.secret.needsPassphrase && (await this.#isBegun(task, link)))
        link.waiting = await task.of(look(serverOf(this.#tools, LOOK_PATIENCE_MS), opener))
      await this.#fetch(task, link, opener, reader)
    })
  }

  /** Receives what was paused to its end. */
  async goOn(): Promise<void> {
    await this.#goOnWith(async (task, link) => {
      const { opener, reader, whole } = link
      if (opener === undefined) return
      task.change(flowing('going'))
      if (whole !== undefined) await this.#openAgain(task, link, opener)
      else if (reader !== undefined) await this.#fetch(task, link, opener, reader)
    })
  }

  pause(): void {
    pause(this.#flow)
  }

  /** Stops, and removes what has come in. The claim stays with this browser. */
  async cancel(): Promise<void> {
    await this.#goOnWith(async (task, link) => {
      await task.of(Promise.resolve(link.stage?.clear()))
      task.change(() => ({ at: 'open', waiting: waitingDrop(link), note: 'cancelled' }))
    })
  }

  /** Removes an opened drop from this device, taken or not. */
  async remove(): Promise<void> {
    const link = this.#link
    if (link === undefined) return
    await forgetReader(this.#tools, link.drop)
    await link.stage?.clear()
    link.stage?.letGo()
  }

  /** Begins a task about the link on the screen. */
  async #goOnWith(work: (task: LinkTask, link: Link) => Promise<void>): Promise<void> {
    const link = this.#link
    if (link === undefined) return
    await this.#flow.begin(async (task) => {
      this.#task = task
      try {
        await work(task, link)
      } catch (error) {
        await this.#explain(task, link, error)
      }
    })
  }

  /** Looks, and shows what there is. */
  async #find(task: LinkTask, link: Link, note?: OpenNote): Promise<void> {
    const { opener, place, reader, secret } = link
    let waiting: Waiting
    try {
      waiting = await task.of(look(serverOf(this.#tools, LOOK_PATIENCE_MS), opener ?? place))
    } catch (error) {
      // Nobody has signed that, and a key that has claimed the drop is the only way to it: it is forgotten when the drop expires.
      if (isDropError(error) && error.code === 'gone')
        return await this.#end(task, link, 'gone', claimsOf(error), false)
      throw error
    }
    link.waiting = waiting
    const mine = waiting.claims.find((receipt) => receipt.reader === reader?.publicKey)
    const isMine = mine !== undefined && mine.ack === undefined
    // With a passphrase nobody can tell yet whose claim it is: this browser's own may go on.
    const mayGoOn = secret.needsPassphrase && reader !== undefined
    if (!isMine && waiting.state === 'read') return await this.#end(task, link, 'gone', waiting)
    if (!isMine && waiting.state === 'claimed' && !mayGoOn) return await this.#end(task, link, 'claimed', waiting)
    if (waiting.parts > 1) await this.#makeRoom(task, link, waiting.size, isMine || mayGoOn)
    if (isMine && opener !== undefined && reader !== undefined && link.room?.obstacle === undefined) {
      // Claimed by this browser before a reload or a crash: nothing new is consumed.
      if (link.room !== undefined) task.change(() => comingIn(link))
      return await this.#fetch(task, link, opener, reader)
    }
    const shownNote = note ?? (mayGoOn ? 'resumed' : undefined)
    task.change(() => ({ at: 'open', waiting: waitingDrop(link), note: shownNote }))
  }

  /** A drop that is on this device whole is opened again without asking anybody: the server has nothing any more. */
  async #findKept(task: LinkTask, link: Link): Promise<void> {
    const { opener } = link
    if (opener !== undefined) return await this.#openKept(task, link, opener)
    task.change(() => ({ at: 'open', waiting: waitingDrop(link), note: 'earlier' }))
  }

  async #openKept(task: LinkTask, link: Link, opener: Opener): Promise<void> {
    if (opener.claim.publicKey !== link.whole?.claim) {
      link.opener = undefined
      return task.change(failed({ at: 'passphrase', triesLeft: undefined }))
    }
    task.change(() => comingIn(link))
    await this.#openAgain(task, link, opener)
  }

  /** Receives, opens, acknowledges. @throws as `receiveParts` and `openDrop` do */
  async #fetch(task: LinkTask, link: Link, opener: Opener, reader: SigningKey): Promise<void> {
    if (!(await this.#hasStage(task, link))) return task.change(failed({ at: 'elsewhere' }))
    const server = serverOf(this.#tools, WORK_PATIENCE_MS)
    const message = await receive(this.#tools, this.#flow, task, link, {
      work: working,
      begin: link.disk && (() => comingIn(link)),
      open: (staging, options) => {
        const { waiting } = link
        if (waiting === undefined) throw new DropError('bad_answer')
        // A nonce is good for one claim; another try makes its own.
        link.waiting = { ...waiting, nonce: undefined }
        const parts = receiveParts(server, opener, reader, waiting, staging, options)
        return [parts, openDrop(parts, opener, { ...options, cipherFor })]
      },
    })
    if (message === undefined) return
    this.#show(task, link, message, 'pending')
    // Nobody who has opened it can leave the server without a word: whatever is on the screen meanwhile.
    await this.#acknowledge(task, link, opener, reader, message.opened)
  }

  /** Opens what lies here and was acknowledged before a reload. Nothing is asked of the server. @throws DropError `open_failed` */
  async #openAgain(task: LinkTask, link: Link, opener: Opener): Promise<void> {
    if (!(await this.#hasStage(task, link))) return task.change(failed({ at: 'elsewhere' }))
    const { stage, whole } = link
    if (stage === undefined || whole === undefined) throw new DropError('open_failed')
    const parts = keptParts(stage, whole)
    const message = await receive(this.#tools, this.#flow, task, link, {
      isHere: true,
      work: working,
      open: (_, options) => [parts, openDrop(parts, opener, { ...options, cipherFor })],
    })
    if (message === undefined) return
    link.isTold = true
    this.#show(task, link, message, 'earlier')
  }

  #show(task: LinkTask, link: Link, message: Opened, ack: Acknowledgement): void {
    const { disk, waiting, whole } = link
    link.message = message
    link.passphrase = undefined
    const untilMs = whole?.expiresAtMs ?? (waiting?.expires ?? 0) * 1_000
    const reads = whole?.reads ?? waiting?.reads ?? 1
    task.change(() => ({ at: 'opened', ack, reads, taken: [], ...shownMessage(message, disk, untilMs) }))
  }

  /** Tells the server, for as long as it takes. The message is on the screen meanwhile, or was. */
  async #acknowledge(task: LinkTask, link: Link, opener: Opener, reader: SigningKey, opened: string): Promise<void> {
    for (let ack: Acknowledgement = 'late'; ack === 'late';) {
      try {
        const isBurned = await acknowledge(serverOf(this.#tools, LOOK_PATIENCE_MS), opener, reader, opened)
        ack = isBurned ? 'burned' : 'shared'
      } catch (error) {
        const code = isDropError(error) ? error.code : 'offline'
        // Only these say that the server holds it no longer. After any other answer it may, and the reader key is still good.
        if (code === 'gone' || code === 'dismissed' || code === 'claimed') ack = 'ended'
      }
      const told = ack
      task.change((main) => (main.at === 'opened' ? { ...main, ack: told } : main))
      if (ack === 'late') await this.#tools.device.wait(RETRY_MS)
    }
    link.isTold = true
    if (isLeft(link)) await this.#keepWhole(link)
    await this.#settle(link)
  }

  /** Lets go of what nobody needs any more: the server knows, and everything has been taken. */
  async #settle(link: Link): Promise<void> {
    if (link.isTold !== true || isLeft(link)) return
    await forgetReader(this.#tools, link.drop)
    link.stage?.letGo()
    // From here on neither a reload nor the back button asks for it again.
    if (this.#link === link) this.#page.onSettled()
  }

  /** Reads the records of an earlier visit for this link. */
  async #recall(task: LinkTask, link: Link): Promise<void> {
    const { found, isLasting } = await task.of(recallReader(this.#tools, link.drop))
    link.reader = found?.key
    link.whole = found?.whole && { ...found.whole, expiresAtMs: found.expiresAtMs }
    this.#page.onStoreFound(isLasting)
    link.isWarned = !isLasting
  }

  /** @returns `undefined` where the key could not be stored, and the person did not know yet. Now they do. */
  async #keyFor(task: LinkTask, link: Link): Promise<SigningKey | undefined> {
    const { drop, isWarned, reader, waiting } = link
    if (waiting === undefined) throw new DropError('bad_answer')
    const { isKept, key } = await task.of(readerKeyFor(this.#tools, drop, waiting.expires * 1_000, reader))
    link.reader = key
    if (isKept || isWarned === true) return key
    // Nothing has been claimed. A person who presses again knows that this browser cannot keep it through a reload.
    link.isWarned = true
    this.#page.onStoreFound(false)
    task.change(working(undefined))
    this.#page.announce(words.notLasting)
    return undefined
  }

  /** A reload finds what has not been taken yet. */
  async #keepWhole({ disk, drop, opener, reader: key, waiting }: Link): Promise<void> {
    if (disk?.isLasting !== true || opener === undefined || key === undefined || waiting === undefined) return
    const { expires, parts, reads, size: sizeBytes } = waiting
    const whole = { parts, sizeBytes, reads, claim: opener.claim.publicKey }
    await keepReader(this.#tools, drop, { key, expiresAtMs: expires * 1_000, whole })
  }

  /** The opener, stretched once for each passphrase. */
  async #derive(task: LinkTask, link: Link, passphrase: string): Promise<Opener> {
    const report = (done: number): void => task.change(working({ stage: 'stretching', done }))
    // After whatever went wrong another one may be typed, and is the one that is meant.
    if (link.passphrase !== passphrase) link.opener = undefined
    link.passphrase = passphrase
    return (link.opener ??= await task.of(deriveOpener(link.secret, passphrase, this.#tools.stretch, report)))
  }

  /** Whether a first part lies here already. */
  async #isBegun(task: LinkTask, link: Link): Promise<boolean> {
    if (link.disk === undefined || !(await this.#hasStage(task, link))) return false
    return (await task.of(Promise.resolve(link.stage?.size(0)))) !== undefined
  }

  /** @returns `false` while another tab works on it */
  async #hasStage(task: LinkTask, link: Link): Promise<boolean> {
    if (link.disk === undefined) return true
    link.stage ??= await task.of(link.disk.stage(link.drop))
    return link.stage !== undefined
  }

  /** Whether all parts of a drop that was opened before are still there. If not, there is nothing to go on with. */
  async #isKeptHere(task: LinkTask, link: Link): Promise<boolean> {
    const { whole } = link
    if (whole === undefined) return false
    await this.#makeRoom(task, link, whole.sizeBytes, true)
    // Another tab has it: that is said when it is opened.
    if (!(await this.#hasStage(task, link)) || link.stage === undefined) return true
    if ((await task.of(link.stage.count())) === whole.parts) return true
    link.whole = undefined
    return false
  }

  async #makeRoom(task: LinkTask, link: Link, sizeBytes: number, isKept: boolean): Promise<void> {
    // Parts are found again by the reader key that belongs to them. Where none is kept, neither are they.
    const { isLasting } = await task.of(this.#tools.store())
    const { device } = this.#tools
    link.disk = isLasting && link.isWarned !== true ? await task.of(diskThatWorks(this.#tools)) : memoryDisk(device)
    link.room = await task.of(findRoom(link.disk, sizeBytes, isKept))
  }

  async #explain(task: LinkTask, link: Link, error: unknown): Promise<void> {
    switch (isDropError(error) ? error.code : undefined) {
      case 'wrong_passphrase': {
        link.opener = undefined
        const triesLeft = error instanceof Refused ? error.triesLeft : undefined
        return task.change(failed({ at: 'passphrase', triesLeft }))
      }
      case 'gone':
      case 'claimed':
        await task.of(clear(link.stage))
        return await this.#end(
          task,
          link,
          isDropError(error) && error.code === 'gone' ? 'gone' : 'claimed',
          claimsOf(error),
        )
      case 'open_failed':
        return task.change(() => ({ at: 'unreadable', isAcknowledged: link.whole !== undefined }))
      case 'dismissed':
        await task.of(forgetReader(this.#tools, link.drop))
        link.reader = undefined
        return await this.#find(task, link, 'dismissed').catch((again: unknown) =>
          task.change(failed({ at: 'server', code: failureOf(again) })),
        )
      default:
        return task.change(failed({ at: 'server', code: failureOf(error) }))
    }
  }

  async #end(task: LinkTask, link: Link, cause: 'gone' | 'claimed', shown: ShownClaims, isSure = true): Promise<void> {
    const { drop, opener, reader } = link
    const proved = opener === undefined ? [] : await task.of(provedClaims(serverOf(this.#tools, 0), opener, shown))
    const proofs = proved.map((receipt): Proof => ({
      atMs: (receipt.ack?.claim.created ?? receipt.claim.created) * 1_000,
      isOpened: receipt.ack !== undefined,
      isMine: receipt.reader === reader?.publicKey,
    }))
    if (cause === 'gone' && isSure) await task.of(forgetReader(this.#tools, drop))
    task.change(() => ({ at: 'gone', cause, proofs }))
  }
}

/** Whether there is something on this disk that a person has not taken, and would look for after a reload. */
function isLeft({ disk, message, taken }: Link): boolean {
  if (disk?.isLasting !== true || message === undefined) return false
  return untaken({ ...shownMessage(message), taken: [...taken] }).length > 0
}

/** Facts about the drop before it is open. */
function waitingDrop({ room, secret, waiting, whole }: Link): WaitingDrop {
  const { needsPassphrase } = secret
  if (whole !== undefined) {
    const { expiresAtMs, reads, sizeBytes } = whole
    return { expiresAtMs, reads, sizeBytes, needsPassphrase, room }
  }
  const { expires = 0, reads = 1, size = 0 } = waiting ?? {}
  return { expiresAtMs: expires * 1_000, reads, sizeBytes: size, needsPassphrase, room }
}

function comingIn(link: Link): LinkReading {
  return { at: 'receiving', waiting: waitingDrop(link), carried: undefined, flow: 'going' }
}

/** The work that is waited for, before anything comes in. */
function working(work: Work | undefined): (main: LinkReading) => LinkReading {
  return (main) => (main.at === 'looking' || main.at === 'open' ? { ...main, work, fault: undefined } : main)
}

function failed(fault: OpenFault): (main: LinkReading) => LinkReading {
  return (main) => {
    if (main.at === 'looking' || main.at === 'open') return { ...main, fault, work: undefined }
    return main.at === 'receiving' ? { at: 'open', waiting: main.waiting, fault } : main
  }
}

/** The parts of a drop that is here whole. */
function keptParts(stage: Stage, { parts, sizeBytes }: StoredWhole): Parts {
  return {
    count: parts,
    size: sizeBytes,
    async part(n) {
      const part = await stage.read(n)
      if (part === undefined) throw new DropError('open_failed')
      return part
    },
  }
}

/** Parts that cannot be removed now go with the next visit. */
async function clear(stage: Stage | undefined): Promise<void> {
  await stage?.clear().catch(() => {})
}
