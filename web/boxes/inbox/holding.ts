import type { DropId } from '#protocol/id.ts'
import type { Device } from '../../device.ts'

/** Whichever tab holds it sends an answer in parts to this drop. */
export function answerLock(drop: DropId): string {
  return `sealdrop answer ${drop}`
}

/** Sees that no other tab sends an answer in parts to this drop. @returns what ends that; `undefined` if one does */
export async function holdAnswer(device: Pick<Device, 'ifFree'>, drop: DropId): Promise<(() => void) | undefined> {
  const [over, held] = [Promise.withResolvers<undefined>(), Promise.withResolvers<boolean>()]
  device
    .ifFree(answerLock(drop), () => {
      held.resolve(true)
      return over.promise
    })
    .then(held.resolve, held.reject)
  return (await held.promise) ? () => over.resolve(undefined) : undefined
}
