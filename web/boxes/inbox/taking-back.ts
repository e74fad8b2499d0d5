import type { SigningKey } from '#client/crypto/keys.ts'
import type { Sealed } from '#client/send.ts'
import { revokeDrop } from '#client/sender.ts'
import { isDropError } from '#protocol/error.ts'
import { LOOK_PATIENCE_MS, serverOf } from '../../effects/tools.ts'
import type { RoomTools } from '../../room-tools.ts'

type Sent = Pick<Sealed, 'ticket'>

/** Takes back an answer. @returns whether the server has nothing of it. If not, it removes what is not whole within a day. */
export async function takeBack(room: RoomTools, sent: Sent, sender: SigningKey): Promise<boolean> {
  try {
    await revokeAnswer(room, sent, sender)
    return true
  } catch {
    return false
  }
}

/** Takes back an answer, if it is there. @throws DropError where the server cannot be told */
export async function revokeAnswer(room: RoomTools, { ticket }: Sent, sender: SigningKey): Promise<void> {
  try {
    await revokeDrop(serverOf(room, LOOK_PATIENCE_MS), ticket, sender)
  } catch (error) {
    if (!isDropError(error) || error.code !== 'gone') throw error
  }
}
