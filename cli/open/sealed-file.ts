import { giveBack } from '#client/memory.ts'
import type { Parts } from '#client/staging.ts'
import type { Saver } from './save.ts'

/** Writes the ciphertext of a drop as it is: an age file, which any program that knows its kind of key opens. */
export async function takeSealed(parts: Parts, saver: Saver, name: string, modifiedAtMs: number): Promise<void> {
  await saver.file({ name, size: parts.size, modifiedAtMs })
  for (let n = 0; n < parts.count; n++) {
    const part = await parts.part(n)
    await saver.write(part)
    giveBack(part)
  }
}
