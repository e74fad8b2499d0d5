import { expect, test } from 'vitest'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { seal } from '#client/send.ts'
import type { Answer, Exchange } from '#client/transport.ts'
import { formatDropId } from '#protocol/id.ts'
import type { WireCode } from '#protocol/error.ts'
import { sweep } from '../../web/pages/link/sweeping.ts'
import { memoryStore, openStore, type Store } from '../../web/platform/store.ts'
import { refuses, says } from '../kit/network.ts'
import { stage, type Stage, findUploads } from './support/stage.ts'

const SEALED = 1_800_000_000_000
const DAY = 86_400_000
const ORIGIN = 'https://drop.example'
const DROP = formatDropId(new Uint8Array(16).fill(3))

/** When the device believes it to be, what the server says, what it says of an upload; and what is left. */
const CLOCKS = [
  ['both say so', 2 * DAY, 2 * DAY, 'gone', 0],
  ['this device is a month ahead', 30 * DAY, 3_600_000, 'gone', 1],
  ['this device is twenty years ahead', 7_300 * DAY, 3_600_000, 'gone', 1],
  ['this device is behind', -30 * DAY, 2 * DAY, 'gone', 1],
  ['the server does not tell', 2 * DAY, undefined, 'gone', 1],
] as const

test.for(CLOCKS)(
  'the key of a drop that was claimed is forgotten when both clocks say that it has expired: %s',
  async ([, ownMs, serverMs, , left]) => {
    for (const kept of [memoryStore(), await openStore()]) {
      await kept.keepReader(DROP, { key: await generateSigningKey(), expiresAtMs: SEALED + DAY })
      await sweep(visit(kept, ownMs, serverMs).tools)
      expect(await kept.readerIds()).toHaveLength(left)
      await kept.forgetReader(DROP)
    }
  },
)

test.for([...CLOCKS, ['the server has it still', 2 * DAY, 2 * DAY, 'internal', 1] as const])(
  'an upload that came to no end is offered until its server has ended it and both clocks say so: %s',
  async ([, ownMs, serverMs, code, left]) => {
    for (const kept of [memoryStore(), await openStore()]) {
      const dropId = await keepUpload(kept)
      const page = visit(kept, ownMs, serverMs, code)
      await findUploads(page.tools)
      expect(page.state().uploads.interrupted).toHaveLength(left)
      expect(await kept.uploads()).toHaveLength(left)
      await kept.forgetUpload(dropId)
    }
  },
)

function visit(kept: Store, ownMs: number, serverMs: number | undefined, code: WireCode = 'gone'): Stage {
  const answer = async (exchange: Exchange): Promise<Answer> => {
    if (!exchange.url.endsWith('/v1/limits')) return refuses(code)(exchange)
    const time = serverMs === undefined ? {} : { time: (SEALED + serverMs) / 1_000 }
    return says({ largest: 1_000_000, ...time })(exchange)
  }
  return stage(answer, { kept, device: { clock: () => SEALED + ownMs, ticks: () => 0 } })
}

async function keepUpload(kept: Store): Promise<typeof DROP> {
  const sender = await generateSigningKey()
  const stretch = async (): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array(32)
  const terms = { origin: ORIGIN, ttlSeconds: 86_400, reads: 1, passphrase: '' }
  const { unfinished } = await seal({ text: 'x', files: [] }, { ...terms, sender, stretch, now: SEALED })
  await kept.keepUpload({ unfinished, sender, untilMs: SEALED + DAY })
  return unfinished.dropId
}
