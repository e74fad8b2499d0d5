import { expect, test } from 'vitest'
import type { Stretch } from '#client/crypto/argon2.ts'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { seal } from '#client/send.ts'
import type { Answer, Exchange, Transport } from '#client/transport.ts'
import { utf8, type Bytes } from '#protocol/bytes.ts'
import type { Device } from '../../web/device.ts'
import { makeOpening } from '../../web/effects/opening.ts'
import { makeSealing } from '../../web/effects/sealing.ts'
import type { Tools } from '../../web/effects/tools.ts'
import { FIRST_STATE, reduce, type State } from '../../web/state.ts'
import { memoryStore, type Store } from '../../web/store.ts'

const ORIGIN = 'https://drop.example'

/** Cheap, and none of the tests is about its strength. */
const stretch: Stretch = async (passphrase, salt) => new Uint8Array([...salt, ...passphrase, ...salt]).slice(0, 32)

/** A person's end of it: real effects, state, store and cryptography over a network that the test decides about. */
function stage(transport: Transport, waits = 2) {
  let state: State = FIRST_STATE
  let now = 1_700_000_000_000
  let patience = waits
  const log: string[] = []
  const kept = memoryStore()
  const note =
    <Args extends unknown[], T>(name: string, act: (...args: Args) => Promise<T>) =>
    (...args: Args): Promise<T> => {
      log.push(name)
      return act(...args)
    }
  const device: Device = {
    origin: ORIGIN,
    clock: () => now,
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
  }
  const tools: Tools = {
    device,
    dispatch: (event) => {
      state = reduce(state, event)
    },
    state: () => state,
    store: async () => ({
      ...kept,
      keepReader: note('keep reader', (...args: Parameters<Store['keepReader']>) => kept.keepReader(...args)),
      forgetReader: note('forget reader', (...args: Parameters<Store['forgetReader']>) => kept.forgetReader(...args)),
    }),
    stretch,
    transport: (exchange) => {
      log.push(`${exchange.method} ${new URL(exchange.url).pathname}`)
      return transport(exchange)
    },
  }
  return { tools, log, kept, state: () => state }
}

function answer(status: number, body: Bytes | object): Answer {
  return { status, field: () => null, body: body instanceof Uint8Array ? body : utf8(JSON.stringify(body)) }
}

const WAITING = { expires: 1_700_086_400, reads: 1, size: 18_043, state: 'ready', claims: [] }
const GONE = { type: '/problems/gone', title: '', status: 404 }

async function sealed(passphrase = '') {
  const sender = await generateSigningKey()
  const options = { origin: ORIGIN, sender, ttlSeconds: 300, reads: 1, passphrase, stretch, now: 0 }
  const drop = await seal({ text: 'the code is 4471', files: [] }, options)
  return { ...drop, fragment: drop.link.split('#')[1] ?? '' }
}

function serve(ciphertext: Bytes, acknowledge: () => Answer): Transport {
  return async ({ url }) => {
    if (url.endsWith('/status')) return answer(200, WAITING)
    return url.endsWith('/claim') ? answer(200, ciphertext) : acknowledge()
  }
}

test('arriving at a link asks for its status and nothing else', async () => {
  const { ciphertext, fragment } = await sealed()
  const { tools, log, state } = stage(serve(ciphertext, () => answer(200, { burned: true })))
  await makeOpening(tools).arrive(fragment)
  expect(state().main).toMatchObject({ at: 'open', waiting: { reads: 1, sizeBytes: 18_043, needsPassphrase: false } })
  expect(log).toEqual(['GET /v1/drops/status'])
})

test('a damaged link is told without asking anybody', async () => {
  const { fragment } = await sealed()
  const { tools, log, state } = stage(async () => answer(500, {}))
  const last = fragment.endsWith('q') ? 'p' : 'q'
  await makeOpening(tools).arrive(`${fragment.slice(0, -1)}${last}`)
  expect(state().main).toEqual({ at: 'damaged' })
  expect(log).toEqual([])
})

test('the reader key is stored before the claim and forgotten after the acknowledgement', async () => {
  const { ciphertext, fragment } = await sealed()
  const { tools, log, state } = stage(serve(ciphertext, () => answer(200, { burned: true })))
  const opening = makeOpening(tools)
  await opening.arrive(fragment)
  await opening.open('')
  expect(state().main).toMatchObject({ at: 'opened', text: 'the code is 4471', ack: 'burned' })
  expect(log).toEqual([
    'GET /v1/drops/status',
    'keep reader',
    'POST /v1/drops/claim',
    'POST /v1/drops/ack',
    'forget reader',
    'address ',
  ])
})

test('a message stays on the screen, and its reader key in the store, while the server cannot be told', async () => {
  const { ciphertext, dropId, fragment } = await sealed()
  const { tools, kept, log, state } = stage(
    serve(ciphertext, () => {
      throw new TypeError('no network')
    }),
    6,
  )
  const opening = makeOpening(tools)
  await opening.arrive(fragment)
  void opening.open('')
  await expect.poll(() => state().main).toMatchObject({ at: 'opened', text: 'the code is 4471', ack: 'late' })
  expect(await kept.reader(dropId)).toBeDefined()
  expect(log).not.toContain('address ')
})

test('one changed byte shows nothing of the message and acknowledges nothing', async () => {
  const { ciphertext, fragment } = await sealed()
  const changed = ciphertext.map((byte, index) => (index === ciphertext.length - 1 ? byte ^ 1 : byte))
  const { tools, log, state } = stage(serve(changed, () => answer(200, { burned: true })))
  const opening = makeOpening(tools)
  await opening.arrive(fragment)
  await opening.open('')
  expect(state().main).toEqual({ at: 'unreadable' })
  expect(log).not.toContain('POST /v1/drops/ack')
  opening.saveSealed()
  expect(log).toContain('save drop.age')
})

test('a wrong passphrase says how many tries are left, and the next one is stretched anew', async () => {
  const { ciphertext, fragment } = await sealed('right')
  let tries = 0
  const refusal = { type: '/problems/wrong_passphrase', title: '', status: 403, triesLeft: 9 }
  const { tools, state } = stage(async ({ url }) => {
    if (url.endsWith('/status')) return answer(200, WAITING)
    if (url.endsWith('/ack')) return answer(200, { burned: true })
    return tries++ === 0 ? answer(403, refusal) : answer(200, ciphertext)
  })
  const opening = makeOpening(tools)
  await opening.arrive(fragment)
  await opening.open('wrong')
  expect(state().main).toMatchObject({ at: 'open', fault: { at: 'passphrase', triesLeft: 9 } })
  await opening.open('right')
  expect(state().main).toMatchObject({ at: 'opened', text: 'the code is 4471' })
})

test('a drop that is gone says so and leaves no reader key behind', async () => {
  const { dropId, fragment } = await sealed()
  const { tools, kept, state } = stage(async ({ url }) =>
    url.endsWith('/status') ? answer(200, WAITING) : answer(404, GONE),
  )
  const opening = makeOpening(tools)
  await opening.arrive(fragment)
  await opening.open('')
  expect(state().main).toEqual({ at: 'gone', cause: 'gone', proofs: [] })
  expect(await kept.reader(dropId)).toBeUndefined()
})

test('a dismissed claim is forgotten, and another can be made with a fresh key', async () => {
  const { ciphertext, fragment } = await sealed()
  const readers: string[] = []
  const { tools, state } = stage(async ({ url, body }) => {
    if (url.endsWith('/status')) return answer(200, WAITING)
    if (url.endsWith('/ack')) return answer(200, { burned: true })
    readers.push(new TextDecoder().decode(body))
    return readers.length === 1 ? answer(409, { type: '/problems/dismissed' }) : answer(200, ciphertext)
  })
  const opening = makeOpening(tools)
  await opening.arrive(fragment)
  await opening.open('')
  expect(state().main).toMatchObject({ at: 'open', note: 'dismissed' })
  await opening.open('')
  expect(state().main).toMatchObject({ at: 'opened' })
  expect(new Set(readers).size).toBe(2)
})

test('after a failed deposit the same sealed bytes are sent again, and other ones after an edit', async () => {
  const sent: Exchange[] = []
  let isAway = true
  const { tools, state } = stage(async (exchange) => {
    sent.push(exchange)
    if (isAway) throw new TypeError('no network')
    return answer(201, {})
  }, 100)
  const sealing = makeSealing(tools)
  tools.dispatch({ type: 'drafted', draft: { text: 'hello' } })
  await sealing.seal()
  expect(state()).toMatchObject({ draft: { text: 'hello' }, main: { at: 'compose', fault: { code: 'offline' } } })
  const first = sent.at(-1)
  await sealing.seal()
  expect(sent.at(-1)?.body).toEqual(first?.body)
  expect(sent.at(-1)?.fields).toEqual(first?.fields)
  tools.dispatch({ type: 'drafted', draft: { text: 'hello again' } })
  isAway = false
  await sealing.seal()
  expect(sent.at(-1)?.fields['Drop-Id']).not.toBe(first?.fields['Drop-Id'])
  expect(state().main).toMatchObject({ at: 'sealed', isHandedOver: false })
})

test('a file that cannot be read any more is named, and nothing is sent', async () => {
  const { tools, log, state } = stage(async () => answer(201, {}))
  const file = new File(['x'], 'moved.txt')
  file.arrayBuffer = () => Promise.reject(new DOMException('', 'NotFoundError'))
  tools.dispatch({ type: 'drafted', draft: { files: [file] } })
  await makeSealing(tools).seal()
  expect(state()).toMatchObject({ draft: { files: [file] }, main: { fault: { at: 'file', name: 'moved.txt' } } })
  expect(log).toEqual([])
})

test('what is kept of a sent drop holds neither its link nor anything that opens it', async () => {
  const { tools, kept, state } = stage(async () => answer(201, {}))
  tools.dispatch({ type: 'drafted', draft: { text: 'hello', passphrase: 'apple pie' } })
  await makeSealing(tools).seal()
  const { main } = state()
  const text = JSON.stringify(await kept.sent())
  expect(main.at).toBe('sealed')
  expect(text).not.toContain('sdlink1')
  expect(text).not.toContain('apple pie')
  expect(text).not.toContain('hello')
})
