import { generateSigningKey } from '#client/crypto/keys.ts'
import { deposit, seal } from '#client/send.ts'
import type { Exchange, Transport } from '#client/transport.ts'
import type { Bytes } from '#protocol/bytes.ts'
import type { DropId } from '#protocol/id.ts'
import type { Disk } from '../../../web/platform/disk.ts'
import { openDisk } from '../../../web/platform/opfs.ts'
import type { Outlet } from '../../../web/platform/pickers.ts'
import { openStore, type Store } from '../../../web/platform/store.ts'
import { noise } from '../../kit/bytes.ts'
import { fileOf } from '../../kit/messages.ts'
import { says, type Reply } from '../../kit/network.ts'
import { partsServer, type PartsServer } from '../../kit/parts-server.ts'
import { stage, type Setting, type Stage, openLinks, type Opening } from './stage.ts'

/** A drop in two parts, on a server that gives it out. */
export interface LargeDrop {
  readonly fragment: string
  readonly dropId: DropId
  readonly server: PartsServer
  readonly film: Bytes
  /** `claim`, `part 1`, …: what was asked since. */
  asked(): readonly string[]
}

/** The reply of a test to a request; `undefined` for the one that it would get anyway. */
export type Meddle = (request: string, n: number) => Reply | undefined

/** @param meddle - asked at each request, so that a test can change its mind */
export async function largeDrop(meddle: Meddle = () => undefined, passphrase = ''): Promise<LargeDrop> {
  let about = {}
  const server = partsServer((request, n) => {
    const own = meddle(request, n)
    if (own !== undefined) return own
    if (request === 'status') return says(about)
    return request === 'ack' ? says({ burned: true }) : undefined
  })
  const film = noise(8_600_000, 7)
  const sender = await generateSigningKey()
  const options = { sender, ttlSeconds: 3_600, reads: 1, passphrase, stretch, now: server.clock() }
  const message = { text: 'the film', files: [fileOf('film/one.mp4', film), fileOf('notes.txt', noise(100))] }
  const sealed = await seal(message, { ...options, origin: server.origin })
  await deposit(server, sealed, { sender })
  const { size, parts } = sealed
  about = { expires: 1_800_003_600, reads: 1, size, parts, largest: 100_000_000, state: 'ready', claims: [] }
  const began = server.asked.length
  return {
    dropId: sealed.dropId,
    fragment: sealed.link.split('#')[1] ?? '',
    server,
    film,
    asked: () => server.asked.slice(began).filter((request) => request !== 'status'),
  }
}

const stretch = async (passphrase: Bytes, salt: Bytes): Promise<Bytes> =>
  new Uint8Array([...salt, ...passphrase, ...salt]).slice(0, 32)

/** The storage of a browser besides its pages: it outlives a reload. */
export interface Browser {
  readonly disk: Disk
  readonly kept: Store
  /** Files handed to its downloads, by name. */
  readonly saved: Map<string, Blob>
}

/** The real disk and database of this browser, without the dialogs in which no test can press. */
export async function openBrowser(): Promise<Browser> {
  const saved = new Map<string, Blob>()
  const save = (name: string, bytes: Bytes | Blob): void => void saved.set(name, new Blob([bytes]))
  const { pickFile: _file, pickFolder: _folder, ...disk } = await openDisk({ save })
  return { disk, kept: await openStore(), saved }
}

/** A page of a browser. @param disk - methods that the test provides in place of its own */
export function openPage(
  transport: Transport,
  { disk, kept, saved }: Browser,
  { disk: own, ...setting }: Omit<Setting, 'disk'> & { disk?: Partial<Disk> } = {},
): Stage & { opening: Opening } {
  const save = (name: string, bytes: Bytes | Blob): void => void saved.set(name, new Blob([bytes]))
  const device = { clock: () => 1_800_000_000_000 + performance.now(), save, ...setting.device }
  const set = stage(transport, { kept, ...setting, disk: { ...disk, ...own }, device })
  return { ...set, opening: openLinks(set.tools) }
}

/** The transport of a drop's server. */
export function lineTo({ server }: LargeDrop): Transport {
  return (exchange: Exchange) => server.transport(exchange)
}

export async function bytesOf(blob: Blob | undefined): Promise<Bytes> {
  return new Uint8Array((await blob?.arrayBuffer()) ?? [])
}

/** A file that takes so many bytes, and no more. */
export function outletThat(fail: () => Error | undefined, taken: Bytes[] = []): Outlet & { ends: string[] } {
  const ends: string[] = []
  return {
    ends,
    async write(bytes) {
      const error = fail()
      if (error !== undefined) throw error
      taken.push(bytes.slice())
    },
    close: async () => void ends.push('closed'),
    abort: async () => void ends.push('aborted'),
  }
}
