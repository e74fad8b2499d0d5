import { expect, test } from 'vitest'
import type { Transport } from '#client/transport.ts'
import { chooseFile, MAX_FILES } from '../../web/send/draft.ts'
import type { Uploading } from '../../web/send/uploading.ts'
import { makeActions } from '../../web/pages/link/make-actions.ts'
import { memoryStore } from '../../web/platform/store.ts'
import { noise } from '../kit/bytes.ts'
import { lost } from '../kit/network.ts'
import { partsServer } from '../kit/parts-server.ts'
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

// Two things at a time, of which each could take the screen from the other.

const EXPIRES = 1_700_090_000

/** A network that holds back whatever is deposited until it is told. */
function slowDeposit(): { transport: Transport; release: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  const transport: Transport = async (exchange) => {
    if (exchange.url.endsWith('/status')) return answer(200, WAITING)
    await promise
    return take(exchange, EXPIRES)
  }
  return { transport, release: resolve }
}

test('a link that comes while a message is being sealed loads the page anew: neither takes the screen from the other', async () => {
  const { fragment } = await sealed()
  const { release, transport } = slowDeposit()
  let at = ''
  let reloads = 0
  const { tools, log, state } = stage(transport, {
    device: { fragment: () => at, address: (to) => void (at = to), reload: () => void reloads++ },
  })
  const act = makeActions(tools)
  act.draft({ text: 'hello' })
  const pressed = act.seal()
  await expect.poll(() => log).toContain('POST /v1/drops')
  at = fragment
  await act.follow()
  expect(state().main).toMatchObject({ at: 'compose', work: {} })
  expect(reloads).toBe(1)
  release()
  await pressed
  expect(state().main).toMatchObject({ at: 'sealed' })
})

test('files that could not be read, or are too many, do not open the form beside a message that is being sealed', () => {
  const { tools, state } = stage(async () => answer(200, WAITING))
  const act = makeActions(tools)
  const file = chooseFile(new File(['a'], 'a.txt'))
  tools.dispatch({ type: 'worked', work: { stage: 'sealing' } })
  act.missFiles('dropped')
  act.addFiles(Array.from({ length: MAX_FILES + 1 }, () => file))
  expect(state().main).toMatchObject({ at: 'compose', work: { stage: 'sealing' } })
})

test('files that came in while a message was being sealed are not thrown away with it', async () => {
  const { release, transport } = slowDeposit()
  const { tools, log, state } = stage(transport)
  tools.dispatch({ type: 'drafted', draft: { text: 'hello' } })
  const pressed = sealing(tools).seal()
  await expect.poll(() => log).toContain('POST /v1/drops')
  tools.dispatch({ type: 'drafted', draft: { files: [chooseFile(new File(['a'], 'a.txt'))] } })
  release()
  await pressed
  expect(state()).toMatchObject({ main: { at: 'sealed' }, draft: { files: [{ name: 'a.txt' }] } })
})

test('an interrupted upload that is cancelled late does not take away the link that is shown by then', async () => {
  let isAway = true
  const { promise, resolve } = Promise.withResolvers<void>()
  const server = partsServer((request) => {
    if (request === 'upload' && isAway) return lost
    return undefined
  })
  const kept = memoryStore()
  const page = (): Stage & { uploading: Uploading } => {
    const device = { clock: () => server.clock() }
    const transport: Transport = async (exchange) => {
      if (exchange.url.endsWith('/revoke')) await promise
      return exchange.url.endsWith('/v1/drops') ? take(exchange, EXPIRES) : server.transport(exchange)
    }
    const set = stage(transport, { waits: 0, kept, device })
    return { ...set, uploading: uploadLinks(set.tools) }
  }
  const crashed = page()
  const film = chooseFile(new File([noise(8_600_000, 3)], 'film.mp4', { lastModified: 5 }))
  crashed.tools.dispatch({ type: 'drafted', draft: { files: [film], text: 'the film' } })
  void crashed.uploading.send(crashed.state().draft)
  await expect.poll(() => crashed.state().main).toMatchObject({ at: 'sending', flow: 'waiting' })
  isAway = false

  const { log, state, tools, uploading } = page()
  const [upload = expect.fail()] = await kept.uploads()
  const cancelled = uploading.discard(upload.unfinished.dropId, [])
  await expect.poll(() => log.some((asked) => asked.endsWith('/revoke'))).toBe(true)
  tools.dispatch({ type: 'drafted', draft: { text: 'hello' } })
  await sealing(tools).seal()
  resolve()
  await cancelled
  expect(state()).toMatchObject({ main: { at: 'sealed' }, draft: { text: 'the film' } })
})

test('nothing is claimed for somebody who has left while the passphrase was worked on', async () => {
  const { ciphertext, fragment } = await sealed('right')
  const { tools, log, state } = stage(serve(ciphertext, () => answer(200, { burned: true })))
  const { promise, resolve } = Promise.withResolvers<void>()
  const { stretch } = tools
  const opening = openLinks({
    ...tools,
    async stretch(...args) {
      await promise
      return stretch(...args)
    },
  })
  await opening.arrive(fragment)
  const opened = opening.open('right')
  opening.leave()
  tools.dispatch({ type: 'anew' })
  resolve()
  await opened
  expect(state().main).toEqual({ at: 'compose' })
  expect(log).not.toContain('POST /v1/drops/claim')
})

test('a drop in parts that begins to go up while another page is read leads to an address from which that page can be asked for', async () => {
  let at = 'how'
  const server = partsServer(() => lost)
  const { state, tools } = stage((exchange) => server.transport(exchange), {
    waits: 0,
    device: { clock: () => server.clock(), fragment: () => at, address: (to) => void (at = to) },
  })
  const film = chooseFile(new File([noise(8_600_000, 3)], 'film.mp4', { lastModified: 5 }))
  tools.dispatch({ type: 'drafted', draft: { files: [film] } })
  tools.dispatch({ type: 'went', page: 'how' })
  void uploadLinks(tools).send(state().draft)
  await expect.poll(() => state()).toMatchObject({ page: 'main', main: { at: 'sending' } })
  expect(at).toBe('')
})
