import type { DropId } from '#protocol/id.ts'
import type { Device } from '../../device.ts'

/** Whichever tab holds it sends an answer in parts to this drop. */
export function answerLock(drop: DropId): string {
  return `sealdrop answer ${drop}`
}

/** Sees that no other tab sends an answer in parts to this drop. @returns what ends that; `undefined` if one does */
export async function holdAnswer(device: Pick<Device, 'ifFree'>, drop: DropId): Promise<(() => void) | undefined> {
  let end: (() => void) | undefined
  const over = new Promise<void>((resolve) => (end = resolve))
  const isHeld = await new Promise<boolean>((resolve, reject) => {
    device
      .ifFree(answerLock(drop), () => {
        resolve(true)
        return over
      })
      .then(resolve, reject)
  })
  return isHeld ? end : undefined
}
