import { packTar } from 'modern-tar'
import type { Opened } from '#client/receive.ts'
import { utf8, type Bytes } from '#protocol/bytes.ts'
import { opened as words, unreadable } from '../words/reading.ts'
import { page } from '../words/page.ts'
import type { Tools } from './tools.ts'

export interface Saving {
  /** @returns whether it is in the clipboard now. */
  copyText(): Promise<boolean>
  saveFile(name: string): void
  /** The text as `message.txt` and every file, in one archive. */
  saveAll(): Promise<void>
  /** The sealed bytes themselves, when they cannot be opened here. */
  saveSealed(): void
}

export function makeSaving(
  { dispatch, device }: Tools,
  held: () => { readonly message: Opened | undefined; readonly ciphertext: Bytes | undefined },
): Saving {
  const take = (names: readonly string[], text: string): void => {
    dispatch({ type: 'taken', names })
    dispatch({ type: 'announced', text })
  }
  return {
    async copyText() {
      const isCopied = await device.copy(held().message?.text ?? '')
      if (isCopied) take([''], words.copied)
      else dispatch({ type: 'announced', text: page.copyFailed })
      return isCopied
    },
    saveFile(name) {
      const file = held().message?.files.find((each) => each.name === name)
      if (file === undefined) return
      device.save(file.name, file.bytes)
      take([name], words.saved(name))
    },
    async saveAll() {
      const { text = '', files = [] } = held().message ?? {}
      const mtime = new Date(device.clock())
      const all = await packTar([
        ...(text === '' ? [] : [entry('message.txt', utf8(text), mtime)]),
        ...files.map(({ name, bytes, modifiedAtMs }) => entry(name, bytes, new Date(modifiedAtMs))),
      ])
      device.save('sealdrop.tar', new Uint8Array(all))
      take(['', ...files.map(({ name }) => name)], words.savedAll)
    },
    saveSealed() {
      const { ciphertext } = held()
      if (ciphertext === undefined) return
      device.save('drop.age', ciphertext)
      dispatch({ type: 'announced', text: unreadable.saved })
    },
  }
}

function entry(name: string, body: Bytes, mtime: Date): Parameters<typeof packTar>[0][0] {
  return { header: { name, size: body.length, type: 'file', mode: 0o600, mtime }, body }
}
