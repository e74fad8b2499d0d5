import { expect, test } from 'vitest'
import type { Exchange } from '#client/transport.ts'
import { chooseFile } from '../../web/send/draft.ts'
import { answer, delivery, GONE, sealed, sealing, serve, stage, take, WAITING, openLinks } from './support/stage.ts'

test('arriving at a link asks for its status and nothing else', async () => {
  const { ciphertext, fragment } = await sealed()
  const { tools, log, state } = stage(serve(ciphertext, () => answer(200, { burned: true })))
  await openLinks(tools).arrive(fragment)
  expect(state().main).toMatchObject({ at: 'open', waiting: { reads: 1, sizeBytes: 18_043, needsPassphrase: false } })
  expect(log).toEqual(['GET /v1/drops/status'])
})

test('a damaged link is told without asking anybody', async () => {
  const { fragment } = await sealed()
  const { tools, log, state } = stage(async () => answer(500, {}))
  const last = fragment.endsWith('q') ? 'p' : 'q'
  await openLinks(tools).arrive(`${fragment.slice(0, -1)}${last}`)
  expect(state().main).toEqual({ at: 'damaged' })
  expect(log).toEqual([])
})

test('the reader key is stored before the claim and forgotten after the acknowledgement', async () => {
  const { ciphertext, fragment } = await sealed()
  const { tools, log, state } = stage(serve(ciphertext, () => answer(200, { burned: true })))
  const opening = openLinks(tools)
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
    { waits: 6 },
  )
  const opening = openLinks(tools)
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
  const opening = openLinks(tools)
  await opening.arrive(fragment)
  await opening.open('')
  expect(state().main).toEqual({ at: 'unreadable', isAcknowledged: false })
  expect(log).not.toContain('POST /v1/drops/ack')
  await opening.saveSealed()
  expect(log).toContain('save drop.age')
})

test('a wrong passphrase says how many tries are left, and the next one is stretched anew', async () => {
  const { ciphertext, fragment } = await sealed('right')
  let tries = 0
  const refusal = { type: 'https://drop.example/problems/wrong_passphrase', title: '', status: 403, triesLeft: 9 }
  const { tools, state } = stage(async ({ url }) => {
    if (url.endsWith('/status')) return answer(200, WAITING)
    if (url.endsWith('/ack')) return answer(200, { burned: true })
    return tries++ === 0 ? answer(403, refusal) : delivery(ciphertext)
  })
  const opening = openLinks(tools)
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
  const opening = openLinks(tools)
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
    return readers.length === 1
      ? answer(409, { type: 'https://drop.example/problems/dismissed' })
      : delivery(ciphertext)
  })
  const opening = openLinks(tools)
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
  const { tools, state } = stage(
    async (exchange) => {
      sent.push(exchange)
      if (isAway) throw new TypeError('no network')
      return exchange.url.endsWith('/revoke') ? answer(404, GONE) : take(exchange, 1_700_086_400)
    },
    { waits: 100 },
  )
  const desk = sealing(tools)
  tools.dispatch({ type: 'drafted', draft: { text: 'hello' } })
  await desk.seal()
  expect(state()).toMatchObject({ draft: { text: 'hello' }, main: { at: 'compose', fault: { code: 'offline' } } })
  const first = sent.at(-1)
  await desk.seal()
  expect(sent.at(-1)?.body).toEqual(first?.body)
  expect(sent.at(-1)?.fields).toEqual(first?.fields)
  tools.dispatch({ type: 'drafted', draft: { text: 'hello again' } })
  isAway = false
  await desk.seal()
  expect(sent.at(-1)?.fields['Drop-Id']).not.toBe(first?.fields['Drop-Id'])
  expect(state().main).toMatchObject({ at: 'sealed', isHandedOver: false })
})

test('a file that cannot be read any more is named, and nothing is sent', async () => {
  const { tools, log, state } = stage(async () => answer(201, {}))
  const gone = new File(['x'], 'moved.txt')
  gone.slice = () =>
    Object.assign(new Blob(), { arrayBuffer: () => Promise.reject(new DOMException('', 'NotFoundError')) })
  const file = chooseFile(gone)
  tools.dispatch({ type: 'drafted', draft: { files: [file] } })
  await sealing(tools).seal()
  expect(state()).toMatchObject({ draft: { files: [file] }, main: { fault: { at: 'file', name: 'moved.txt' } } })
  expect(log).toEqual([])
})

test('what is kept of a sent drop holds neither its link nor anything that opens it', async () => {
  const { tools, kept, state } = stage(async (exchange) => take(exchange, 1_700_086_400))
  tools.dispatch({ type: 'drafted', draft: { text: 'hello', passphrase: 'apple pie' } })
  await sealing(tools).seal()
  const { main } = state()
  const text = JSON.stringify(await kept.sent())
  expect(main.at).toBe('sealed')
  expect(text).not.toContain('sdlink1')
  expect(text).not.toContain('apple pie')
  expect(text).not.toContain('hello')
})
