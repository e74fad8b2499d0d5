import type { Tools } from './tools.ts'

/** Removes from this device what belongs to drops that have expired, or that nobody is going to ask for again. */
export async function sweep({ device, disk, store }: Pick<Tools, 'device' | 'disk' | 'store'>): Promise<void> {
  const kept = await store()
  await kept.forgetOldReaders(device.clock())
  // Parts go with the reader key that belongs to them.
  await (await disk()).sweep(new Set(await kept.readerIds()))
}
