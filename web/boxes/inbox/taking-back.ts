import type { SigningKey } from '#client/crypto/keys.ts'
import type { Sealed } from '#client/send.ts'
import { revokeDrop } from '#client/sender.ts'
import { isDropError } from '#protocol/error.ts'
import { LOOK_PATIENCE_MS, serverOf } from '../../effects/tools.ts'
import type { RoomTools } from '../../room-tools.ts'

/** Takes back an answer. @returns whether the server has nothing of it. If not, it removes what is not whole within a day. */
export async function takeBack(
  room: RoomTools,
  { ticket }: Pick<Sealed, 'ticket'>,
  sender: SigningKey,
): Promise<boolean> {
  try {
    await revokeDrop(serverOf(room, LOOK_PATIENCE_MS), ticket, sender)
    return true
  } catch (error) {
    return isDropError(error) && error.code === 'gone'
  }
}
