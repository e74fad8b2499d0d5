import type { SigningKey } from '#client/crypto/keys.ts'
import type { Opener } from '#client/link.ts'
import { acknowledge, type Opened } from '#client/receive.ts'
import { isDropError } from '#protocol/error.ts'
import { untaken } from '../reading-state.ts'
import type { Readers } from './readers.ts'
import { openKept, receive } from './receiving.ts'
import { tell, type Session } from './session.ts'
import { LOOK_PATIENCE_MS, serverOf, type Tools } from './tools.ts'

/** From the claim until nothing of a drop is left on this device. */
export interface Arriving {
  /** Receives, opens, acknowledges. @throws as `receive` */
  fetch(current: Session, opener: Opener, reader: SigningKey): Promise<void>
  /** Opens what lies here and was acknowledged before a reload. @throws as `openKept` */
  again(current: Session, opener: Opener): Promise<void>
  /** Whether a first part lies here already. */
  hasBegun(current: Session): Promise<boolean>
  pause(): void
  /** Removes an opened drop from this device, taken or not. */
  remove(): Promise<void>
  /** Lets go of what nobody needs any more: the server knows, and everything has been taken. */
  settle(): Promise<void>
}

export function makeArriving(tools: Tools, readers: Readers, session: () => Session | undefined): Arriving {
  const { dispatch, device, state } = tools

  return {
    async fetch(current, opener, reader) {
      if (!(await hasStage(current))) return tell(tools, current, { type: 'failed', fault: { at: 'elsewhere' } })
      const message = await receive(tools, current, opener, reader)
      if (message === undefined) return
      show(current, message)
      await tellServer(current, opener, reader, message.opened)
    },

    async again(current, opener) {
      if (!(await hasStage(current))) return tell(tools, current, { type: 'failed', fault: { at: 'elsewhere' } })
      const message = await openKept(tools, current, opener)
      if (message === undefined) return
      current.isTold = true
      show(current, message)
      tell(tools, current, { type: 'acknowledged', ack: 'earlier' })
    },

    async hasBegun(current) {
      return current.disk !== undefined && (await hasStage(current)) && (await current.stage?.size(0)) !== undefined
    },

    pause() {
      session()?.stop?.abort()
      dispatch({ type: 'flowed', flow: 'paused' })
    },

    async remove() {
      const current = session()
      if (current === undefined) return
      await readers.forget(current.place)
      await current.stage?.clear()
      current.stage?.letGo()
    },

    settle,
  }

  /** @returns `false` while another tab works on it */
  async function hasStage(current: Session): Promise<boolean> {
    if (current.disk === undefined) return true
    if (current.stage !== undefined) return true
    const stage = await current.disk.stage(current.place.dropId)
    if (stage !== undefined) current.stage = stage
    return stage !== undefined
  }

  function show(current: Session, message: Opened): void {
    const { disk, waiting, whole } = current
    current.message = message
    delete current.passphrase
    const untilMs = whole?.expiresAtMs ?? (waiting?.expires ?? 0) * 1_000
    tell(tools, current, {
      type: 'opened',
      message: {
        text: message.text,
        files: message.files.map(({ name, type, size: sizeBytes, modifiedAtMs }) => ({
          name,
          type,
          sizeBytes,
          modifiedAtMs,
        })),
        reads: whole?.reads ?? waiting?.reads ?? 1,
        held: disk && { isOnDisk: disk.isLasting, untilMs, hasFolders: disk.pickFolder !== undefined },
      },
    })
  }

  /** Acknowledges, for as long as it takes. The message is on the screen meanwhile. */
  async function tellServer(current: Session, opener: Opener, reader: SigningKey, opened: string): Promise<void> {
    for (;;) {
      try {
        const isBurned = await acknowledge(serverOf(tools, LOOK_PATIENCE_MS), opener, reader, opened)
        tell(tools, current, { type: 'acknowledged', ack: isBurned ? 'burned' : 'shared' })
        break
      } catch (error) {
        const code = isDropError(error) ? error.code : 'offline'
        // Only these say that the server holds it no longer. After any other answer it may, and the reader key is still good.
        if (code === 'gone' || code === 'dismissed' || code === 'claimed') {
          tell(tools, current, { type: 'acknowledged', ack: 'ended' })
          break
        }
        tell(tools, current, { type: 'acknowledged', ack: 'late' })
        await device.wait(RETRY_MS)
      }
    }
    current.isTold = true
    if (isLeft(current)) await readers.keepWhole(current)
    await settle()
  }

  async function settle(): Promise<void> {
    const current = session()
    if (current?.isTold !== true || isLeft(current)) return
    await readers.forget(current.place)
    current.stage?.letGo()
    // From here on neither a reload nor the back button asks for it again. Over another page it is done on the way back.
    if (state().page === 'main') device.address('')
  }

  /** Whether there is something on this disk that a person has not taken, and would look for after a reload. */
  function isLeft({ disk }: Session): boolean {
    const { main } = state()
    return disk?.isLasting === true && main.at === 'opened' && untaken(main).length > 0
  }
}

/** How long to leave a server alone that could not be told, in milliseconds. */
const RETRY_MS = 10_000
