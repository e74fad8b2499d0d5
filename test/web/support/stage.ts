import type { Stretch } from '#client/crypto/argon2.ts'
import { generateSigningKey } from '#client/crypto/keys.ts'
import type { Sealed } from '#client/sealed.ts'
import type { Answer, Exchange, Transport } from '#client/transport.ts'
import { utf8, type Bytes } from '#protocol/bytes.ts'
import { contentDigest } from '#protocol/content-digest.ts'
import type { Device } from '../../../web/platform/device.ts'
import { memoryDisk, type Disk } from '../../../web/platform/disk.ts'
import type { Event } from '../../../web/pages/link/state.ts'
import type { Tools } from '../../../web/pages/link/tools.ts'
import { Flow } from '../../../web/kit/flow.ts'
import { FromLink } from '../../../web/read/from-link.ts'
import type { LinkReading } from '../../../web/read/link-reading.ts'
import type { Saver } from '../../../web/read/saving.ts'
import { findInterrupted, LINK_UPLOADS, plainOutbox } from '../../../web/send/outbox.ts'
import type { Sealing } from '../../../web/send/sealing.ts'
import { linkSealing, toLink, type LinkForm } from '../../../web/send/to-link.ts'
import { Uploading } from '../../../web/send/uploading.ts'
import { FIRST_STATE, reduce, type State } from '../../../web/pages/link/state.ts'
import { memoryStore, type Store } from '../../../web/platform/store.ts'
import { named } from '../../kit/network.ts'
import { sealWhole } from '../../kit/sealed.ts'

const ORIGIN = 'https://drop.example'

/** Cheap, and none of the tests is about its strength. */
const stretch: Stretch = async (passphrase, salt) => new Uint8Array([...salt, ...passphrase, ...salt]).slice(0, 32)

export interface Stage {
  readonly tools: Tools
  /** Requests to the network, the store and the device, in order. */
  readonly log: readonly string[]
  readonly kept: Store
  readonly state: () => State
  /** Everything that was announced, in order. */
  readonly said: readonly string[]
}

/** Everything that a test decides about besides the network. */
export interface Setting {
  /** How often a wait ends; the next one never does. */
  readonly waits?: number
  /** Stands where the browser's own store would. */
  readonly store?: (kept: Store) => Promise<Store>
  /** The store that an earlier visit of the same browser has left. */
  readonly kept?: Store
  readonly disk?: Disk
  readonly device?: Partial<Device>
  /** Called after every change of the state. */
  readonly onChange?: () => void
}

/** A person's end of it: real effects, state, store and cryptography over a network that the test decides about. */
export function stage(
  transport: Transport,
  { waits = 2, store = async (found) => found, kept = memoryStore(), disk, device: own, onChange }: Setting = {},
): Stage {
  let state: State = FIRST_STATE
  let now = 1_700_000_000_000
  let patience = waits
  const log: string[] = []
  const said: string[] = []
  const note =
    <Args extends unknown[], T>(name: string, act: (...args: Args) => Promise<T>) =>
    (...args: Args): Promise<T> => {
      log.push(name)
      return act(...args)
    }
  const device: Device = {
    origin: ORIGIN,
    clock: () => now,
    // One clock for both, unless a test is about the difference.
    ticks: () => device.clock(),
    wait: (ms) => {
      now += ms
      return patience-- > 0 ? Promise.resolve() : new Promise(() => {})
    },
    copy: async () => true,
    canShare: false,
    share: async () => false,
    save: (name) => void log.push(`save ${name}`),
    fragment: () => '',
    address: (fragment) => void log.push(`address ${fragment}`),
    reload: () => {},
    guard: () => {},
    title: () => {},
    alone: (_, run) => run(),
    ifFree: (_, run) => run().then(() => true),
    ...own,
  }
  const tools: Tools = {
    device,
    dispatch: (event: Event) => {
      if (event.type === 'announced') said.push(event.text)
      state = reduce(state, event)
      onChange?.()
    },
    state: () => state,
    store: async () => {
      const given = await store(kept)
      return {
        ...given,
        keepReader: note('keep reader', (...args: Parameters<Store['keepReader']>) => given.keepReader(...args)),
        forgetReader: note('forget reader', (...args: Parameters<Store['forgetReader']>) =>
          given.forgetReader(...args),
        ),
      }
    },
    disk: async () => disk ?? memoryDisk(device),
    stretch,
    transport: async (exchange) => {
      log.push(`${exchange.method} ${new URL(exchange.url).pathname}`)
      return named(exchange, await transport(exchange))
    },
  }
  return { tools, log, kept, said, state: () => state }
}

/** The actions on a link, as the page does them. */
export interface Opening
  extends
    Pick<FromLink, 'open' | 'goOn' | 'pause' | 'cancel' | 'remove'>,
    Pick<Saver, 'copyText' | 'saveFile' | 'saveAll' | 'saveSealed' | 'stopSaving'> {
  readonly arrive: (fragment: string) => Promise<void>
  /** Something else is on the screen from now on. */
  readonly leave: () => void
}

export function openLinks(tools: Tools): Opening {
  const flow = new Flow<LinkReading>({ at: 'looking' }, (main) => tools.dispatch({ type: 'read', main }))
  const { device, dispatch, state } = tools
  const page = {
    announce: (text: string) => dispatch({ type: 'announced', text }),
    onStoreFound: (isLasting: boolean) => dispatch({ type: 'store-found', isLasting }),
    onSettled: () => state().page === 'main' && device.address(''),
  }
  const fromLink = new FromLink(tools, page, flow)
  return {
    copyText: fromLink.keep.copyText,
    saveFile: fromLink.keep.saveFile,
    saveAll: fromLink.keep.saveAll,
    saveSealed: fromLink.keep.saveSealed,
    stopSaving: fromLink.keep.stopSaving,
    arrive: (fragment) =>
      flow.begin(async (task) => {
        task.change(() => ({ at: 'looking' }))
        await fromLink.arrive(task, fragment)
      }),
    leave: () => flow.end(),
    open: (passphrase) => fromLink.open(passphrase),
    goOn: () => fromLink.goOn(),
    pause: () => fromLink.pause(),
    cancel: () => fromLink.cancel(),
    remove: () => fromLink.remove(),
  }
}

/** Does the work of a press on the seal. */
export function sealing(tools: Tools): Sealing {
  return linkSealing(tools, async () => uploadLinks(tools), linkForm(tools)).sealing
}

/** Carries drops in parts for a link. */
export function uploadLinks(tools: Tools): Uploading {
  return new Uploading(tools, toLink(tools, linkForm(tools)), plainOutbox(tools))
}

/** As the page shows links. */
function linkForm({ device, dispatch, state }: Tools): LinkForm {
  return {
    onBegun: () => state().page !== 'main' && device.address(''),
    onSealed(drop, keepsDraft) {
      dispatch({ type: 'sealed', keepsDraft, drop: { ...drop, isHandedOver: false, burning: 'no' } })
      device.address('')
    },
  }
}

/** Tells of uploads for a link that came to no end, as the page does. */
export function findUploads(tools: Tools): Promise<void> {
  return findInterrupted(tools, LINK_UPLOADS, plainOutbox(tools))
}

export function answer(status: number, body: Bytes | object): Answer {
  const type = status < 400 ? 'application/json' : 'application/problem+json'
  const bytes = body instanceof Uint8Array ? body : utf8(JSON.stringify(body))
  return { status, field: (name) => (name === 'Content-Type' ? type : null), body: bytes }
}

export const WAITING: object = {
  expires: 1_700_086_400,
  reads: 1,
  size: 18_043,
  parts: 1,
  largest: 100_000_000,
  state: 'ready',
  claims: [],
}
export const GONE: object = { type: 'https://drop.example/problems/gone', title: '', status: 404 }

/** Ciphertext, as it is delivered. */
export async function delivery(bytes: Bytes): Promise<Answer> {
  const digest = await contentDigest(bytes)
  const fields: Readonly<Record<string, string>> = {
    'Content-Type': 'application/octet-stream',
    'Content-Digest': digest,
  }
  return { status: 200, field: (name) => fields[name] ?? null, body: bytes }
}

export async function sealed(passphrase = ''): Promise<Sealed & { ciphertext: Bytes; fragment: string }> {
  const sender = await generateSigningKey()
  const options = { origin: ORIGIN, sender, ttlSeconds: 300, reads: 1, passphrase, stretch, now: 0 }
  const drop = await sealWhole({ text: 'the code is 4471', files: [] }, options)
  return { ...drop, fragment: drop.link.split('#')[1] ?? '' }
}

/** A server that holds one drop. */
export function serve(ciphertext: Bytes, acknowledge: () => Answer): Transport {
  return async ({ url }) => {
    if (url.endsWith('/status')) return answer(200, WAITING)
    return url.endsWith('/claim') ? delivery(ciphertext) : acknowledge()
  }
}

/** A server that takes whatever is deposited. @param expires - the end that it sets, in seconds since 1970 */
export function take({ body, fields }: Exchange, expires: number): Answer {
  const reads = Number(/reads=(\d+)/.exec(fields['Drop-Terms'] ?? '')?.[1])
  return answer(201, { expires, reads, size: body?.length, parts: 1 })
}
