import { expect, test } from 'vitest'
import type { Transport } from '#client/transport.ts'
import { chooseFile } from '../../web/send/draft.ts'
import { burn } from '../../web/pages/link/burning.ts'
import type { Uploading } from '../../web/send/uploading.ts'
import { makeActions } from '../../web/pages/link/make-actions.ts'
import { memoryStore } from '../../web/platform/store.ts'
import { noise } from '../kit/bytes.ts'
import { lost } from '../kit/network.ts'
import { partsServer } from '../kit/parts-server.ts'
import { largeDrop, lineTo, openBrowser, openPage } from './support/large.ts'
import {
  answer,
  sealed,
  sealing,
  serve,
  stage,
  take,
  WAITING,
  type Stage,
  openLinks,
  uploadLinks,
} from './support/stage.ts'

/** Where somebody is who walks through the history, and what the address says. */
function addressLine(): { at: string; fragment: () => string; address: (to: string) => void } {
  const line = { at: '', fragment: () => line.at, address: (to: string) => void (line.at = to) }
  return line
}

/** A network that holds back the answers to some requests until it is told. */
function held(transport: Transport, isHeld: (path: string) => boolean): { transport: Transport; release: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return {
    release: resolve,
    async transport(exchange) {
      if (isHeld(new URL(exchange.url).pathname)) await promise
      return transport(exchange)
    },
  }
}

test('a passphrase that was put right after the server could not be reached is the one that is tried', async () => {
  const { ciphertext, fragment } = await sealed('right')
  let isAway = true
  const line = serve(ciphertext, () => answer(200, { burned: true }))
  const { tools, state } = stage(
    async (exchange) => (isAway && exchange.url.endsWith('/claim') ? lost(exchange) : line(exchange)),
    { waits: 1_000 },
  )
  const opening = openLinks(tools)
  await opening.arrive(fragment)
  await opening.open('wrong')
  expect(state().main).toMatchObject({ at: 'open', fault: { at: 'server', code: 'offline' } })
  isAway = false
  await opening.open('right')
  expect(state().main).toMatchObject({ at: 'opened', text: 'the code is 4471' })
})

test('what is found behind a link that was left does not take the place of what is being typed', async () => {
  const { ciphertext, fragment } = await sealed()
  const line = addressLine()
  const slow = held(
    serve(ciphertext, () => answer(200, { burned: true })),
    (path) => path.endsWith('/status'),
  )
  const { tools, log, state } = stage(slow.transport, { device: line })
  const act = makeActions(tools)
  line.at = fragment
  const arrived = act.follow()
  await expect.poll(() => log).toContain('GET /v1/drops/status')
  line.at = ''
  await act.follow()
  act.draft({ text: 'something else' })
  slow.release()
  await arrived
  expect(state()).toMatchObject({ main: { at: 'compose' }, draft: { text: 'something else' } })
})

test('a link that is left while the code for links is on its way is not said to be damaged', async () => {
  const { fragment } = await sealed()
  const line = addressLine()
  const { tools, state } = stage(async () => answer(200, WAITING), { device: line })
  const act = makeActions(tools)
  line.at = fragment
  const arrived = act.follow()
  line.at = ''
  await act.follow()
  await arrived
  expect(state().main).toEqual({ at: 'compose' })
})

test('the answer about a link that was left is not shown for the one that came after it', async () => {
  const [first, second] = [await sealed(), await sealed()]
  const line = addressLine()
  const slow = held(
    async () => answer(200, { ...WAITING, reads: 5 }),
    (path) => path.endsWith('/status'),
  )
  let asked = 0
  const { tools, state } = stage(
    async (exchange) => (asked++ === 0 ? slow.transport(exchange) : answer(200, WAITING)),
    { device: line },
  )
  const act = makeActions(tools)
  line.at = first.fragment
  const arrived = act.follow()
  await expect.poll(() => asked).toBe(1)
  line.at = ''
  await act.follow()
  line.at = second.fragment
  await act.follow()
  expect(state().main).toMatchObject({ at: 'open', waiting: { reads: 1 } })
  slow.release()
  await arrived
  expect(state().main).toMatchObject({ at: 'open', waiting: { reads: 1 } })
})

test('what was left while it came in is neither shown elsewhere nor told to be read, and opens again', async () => {
  const { ciphertext, fragment } = await sealed()
  const line = addressLine()
  const slow = held(
    serve(ciphertext, () => answer(200, { burned: true })),
    (path) => path.endsWith('/claim'),
  )
  const { tools, log, state } = stage(slow.transport, { device: line })
  const act = makeActions(tools)
  line.at = fragment
  await act.follow()
  const opened = act.open('')
  await expect.poll(() => log).toContain('POST /v1/drops/claim')
  line.at = ''
  await act.follow()
  slow.release()
  await opened
  expect(state().main).toMatchObject({ at: 'compose' })
  expect(log.filter((asked) => asked.endsWith('/ack'))).toEqual([])
  line.at = fragment
  await act.follow()
  await act.open('')
  expect(state().main).toMatchObject({ at: 'opened', ack: 'burned' })
})

test('a drop that was stopped with its last byte is not told to be read', async () => {
  const drop = await largeDrop()
  const browser = await openBrowser()
  const page = openPage(lineTo(drop), browser, {
    onChange() {
      const { main } = page.state()
      if (main.at === 'receiving' && main.carried !== undefined && main.carried.bytes === main.carried.total)
        void page.opening.cancel()
    },
  })
  await page.opening.arrive(drop.fragment)
  await page.opening.open('')
  await expect.poll(() => page.state().main).toMatchObject({ at: 'open', note: 'cancelled' })
  expect(drop.asked()).not.toContain('ack')
})

test('a burn that is answered late does not say that the next message is burned', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const { tools, kept, state } = stage(async (exchange) => {
    if (exchange.method === 'POST' && exchange.url.endsWith('/revoke')) await promise
    else return take(exchange, 1_700_090_000)
    return answer(200, {
      state: 'revoked',
      expires: 1_700_090_000,
      reads: 1,
      size: 18_043,
      parts: 1,
      triesLeft: 10,
      claims: [],
    })
  })
  const seal = async (text: string): Promise<void> => {
    tools.dispatch({ type: 'drafted', draft: { text } })
    await sealing(tools).seal()
  }
  await seal('the first')
  const [first = expect.fail()] = await kept.sent()
  const burned = burn(tools, first)
  tools.dispatch({ type: 'anew' })
  await seal('the second')
  resolve()
  await burned
  expect(state().main).toMatchObject({ at: 'sealed', burning: 'no' })
  expect((await kept.sent()).find(({ ticket }) => ticket.dropId === first.ticket.dropId)?.known).toBeDefined()
})

test('folders that could not be read do not take away the link that was shown meanwhile', async () => {
  const { tools, state } = stage(async (exchange) => take(exchange, 1_700_090_000))
  tools.dispatch({ type: 'drafted', draft: { text: 'hello' } })
  await sealing(tools).seal()
  makeActions(tools).missFiles('dropped')
  expect(state().main).toMatchObject({ at: 'sealed' })
})

test('an upload that is gone on with leaves alone a message that began to be sealed meanwhile', async () => {
  let isAway = true
  const server = partsServer((request) => (request === 'upload' && isAway ? lost : undefined))
  const kept = memoryStore()
  const page = (): Stage & { uploading: Uploading } => {
    const device = { clock: () => server.clock() }
    const set = stage((exchange) => server.transport(exchange), { waits: 0, kept, device })
    return { ...set, uploading: uploadLinks(set.tools) }
  }
  const crashed = page()
  const film = chooseFile(new File([noise(8_600_000, 3)], 'film.mp4', { lastModified: 5 }))
  crashed.tools.dispatch({ type: 'drafted', draft: { files: [film] } })
  void crashed.uploading.send(crashed.state().draft)
  await expect.poll(() => crashed.state().main).toMatchObject({ at: 'sending', flow: 'waiting' })
  isAway = false

  const { state, tools, uploading } = page()
  const [upload = expect.fail()] = await kept.uploads()
  tools.dispatch({ type: 'worked', work: { stage: 'sealing' } })
  expect(await uploading.resume(upload.unfinished.dropId, [film])).toBeUndefined()
  expect(state()).toMatchObject({ main: { at: 'compose', work: { stage: 'sealing' } }, uploads: { asking: undefined } })
  expect(await kept.uploads()).toHaveLength(1)
})

test('a message that is sealed while another page is read leads to an address from which that page can be asked for', async () => {
  const line = addressLine()
  const slow = held(
    async (exchange) => take(exchange, 1_700_090_000),
    (path) => path === '/v1/drops',
  )
  const { tools, log, state } = stage(slow.transport, { device: line })
  const act = makeActions(tools)
  act.draft({ text: 'hello' })
  const pressed = act.seal()
  await expect.poll(() => log).toContain('POST /v1/drops')
  line.at = 'how'
  await act.follow()
  slow.release()
  await pressed
  expect(state()).toMatchObject({ page: 'main', main: { at: 'sealed' } })
  expect(line.at).toBe('')
})

test('a passphrase that was typed while one was being suggested stays', async () => {
  const { tools, state } = stage(async () => answer(200, WAITING))
  const act = makeActions(tools)
  act.draft({ passphrase: '' })
  const suggested = act.suggest()
  act.draft({ passphrase: 'my own' })
  await suggested
  expect(state().draft.passphrase).toBe('my own')
})

test('files that were read while a message is being sealed do not open the form beside it', () => {
  const { tools, state } = stage(async () => answer(200, WAITING))
  tools.dispatch({ type: 'worked', work: { stage: 'sealing' } })
  makeActions(tools).addFiles([chooseFile(new File(['a'], 'a.txt'))])
  expect(state()).toMatchObject({ main: { at: 'compose', work: { stage: 'sealing' } }, draft: { files: [{}] } })
})
