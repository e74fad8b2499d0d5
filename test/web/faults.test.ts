import { expect, test, vi } from 'vitest'
import type { Exchange } from '#client/transport.ts'
import { chooseFile } from '../../web/send/draft.ts'
import { makeActions } from '../../web/pages/link/make-actions.ts'
import { once } from '../../web/kit/memo.ts'
import { openStore } from '../../web/platform/store.ts'
import { open as openWords } from '../../web/copy/reading.ts'
import { sent as sentWords } from '../../web/copy/sent.ts'
import { answer, sealed, sealing, serve, stage, take, WAITING, openLinks } from './support/stage.ts'

const CLAIM = 'POST /v1/drops/claim'
const BROKEN = { at: 'server', code: 'broken' }

test('a deposit that goes through long after the sealing shows and keeps the end that the server has set', async () => {
  const { tools, kept, state } = stage(async (exchange) => take(exchange, 1_700_090_000))
  tools.dispatch({ type: 'drafted', draft: { text: 'hello' } })
  await sealing(tools).seal()
  expect(state().main).toMatchObject({ at: 'sealed', expiresAtMs: 1_700_090_000_000 })
  expect(await kept.sent()).toMatchObject([{ ticket: { expiresAtMs: 1_700_090_000_000 } }])
})

test('what failed to load once is asked for again, and what was loaded is not', async () => {
  let asked = 0
  const load = once(async () => {
    if (asked++ === 0) throw new TypeError('Failed to fetch dynamically imported module')
    return { asked }
  })
  await expect(load()).rejects.toThrow(TypeError)
  expect(await load()).toBe(await load())
  expect(asked).toBe(2)
})

test('where what keeps the reader key cannot be loaded, nothing is claimed, and the next press does it', async () => {
  const { ciphertext, fragment } = await sealed()
  let isAway = false
  const { tools, log, state } = stage(
    serve(ciphertext, () => answer(200, { burned: true })),
    {
      store: async (kept) => {
        if (isAway) throw new TypeError('Failed to fetch dynamically imported module')
        return kept
      },
    },
  )
  const opening = openLinks(tools)
  await opening.arrive(fragment)
  isAway = true
  await opening.open('')
  expect(state().main).toMatchObject({ at: 'open', fault: BROKEN, work: undefined })
  expect(log).not.toContain(CLAIM)
  await opening.arrive(fragment)
  expect(state().main).toMatchObject({ at: 'looking', fault: BROKEN })
  isAway = false
  await opening.arrive(fragment)
  await opening.open('')
  expect(state().main).toMatchObject({ at: 'opened', ack: 'burned' })
})

test('a browser that keeps nothing is told of before the press', async () => {
  const { ciphertext, fragment } = await sealed()
  const { tools, log, state } = stage(serve(ciphertext, () => answer(200, { burned: true })))
  await openLinks(tools).arrive(fragment)
  expect(state()).toMatchObject({ isLasting: false, main: { at: 'open' } })
  expect(log).not.toContain(CLAIM)
})

test('a reader key that cannot be written is told of before anything is claimed; a second press goes on', async () => {
  const { ciphertext, fragment } = await sealed()
  const full = async (): Promise<never> => {
    throw new DOMException('', 'QuotaExceededError')
  }
  const { tools, log, said, state } = stage(
    serve(ciphertext, () => answer(200, { burned: true })),
    { store: async (kept) => ({ ...kept, isLasting: true, keepReader: full }) },
  )
  const opening = openLinks(tools)
  await opening.arrive(fragment)
  expect(state().isLasting).toBe(true)
  await opening.open('')
  expect(state()).toMatchObject({ isLasting: false, main: { at: 'open', work: undefined, fault: undefined } })
  expect(said).toEqual([openWords.notLasting])
  expect(log).not.toContain(CLAIM)
  await opening.open('')
  expect(state().main).toMatchObject({ at: 'opened', ack: 'burned' })
})

test('a database that never answers holds up nothing for longer than a few seconds', async () => {
  const stuck = vi.spyOn(indexedDB, 'open').mockReturnValue({} as IDBOpenDBRequest)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const opened = openStore()
    await vi.advanceTimersByTimeAsync(8_000)
    expect((await opened).isLasting).toBe(false)
  } finally {
    vi.useRealTimers()
    stuck.mockRestore()
  }
})

test('a list that cannot be read says so instead of going on for ever, and can be tried again', async () => {
  let isAway = true
  const { tools, state } = stage(async () => answer(500, {}), {
    store: async (kept) => {
      if (isAway) throw new TypeError('Failed to fetch dynamically imported module')
      return kept
    },
  })
  const act = makeActions(tools)
  await act.sent.list()
  expect(state().sent).toMatchObject({ isMissed: true, drops: undefined })
  isAway = false
  await act.sent.list()
  expect(state().sent).toMatchObject({ isMissed: false, drops: [] })
})

test('what is forgotten is announced', async () => {
  const { tools, kept, said, state } = stage(async (exchange) => take(exchange, 1_700_090_000))
  tools.dispatch({ type: 'drafted', draft: { text: 'hello' } })
  await sealing(tools).seal()
  const act = makeActions(tools)
  await act.sent.list()
  await act.sent.forget(state().sent.drops?.map(({ ticket }) => ticket.dropId) ?? [])
  expect(said).toEqual([sentWords.forgotten])
  expect(await kept.sent()).toEqual([])
})

const portal = { ...answer(200, {}), field: () => 'text/html' }

test.for([portal, answer(401, { type: 'https://drop.example/problems/not_proved' })])(
  'after an acknowledgement that was answered strangely the reader key is kept, and it is told again (%#)',
  async (strange) => {
    const { ciphertext, dropId, fragment } = await sealed()
    let isStrange = true
    let goOn = (): void => {}
    const { tools, kept, log, state } = stage(
      serve(ciphertext, () => (isStrange ? strange : answer(200, { burned: true }))),
      { device: { wait: () => new Promise((resolve) => (goOn = resolve)) } },
    )
    const opening = openLinks(tools)
    await opening.arrive(fragment)
    const opened = opening.open('')
    await expect.poll(() => state().main).toMatchObject({ at: 'opened', ack: 'late' })
    expect(await kept.reader(dropId)).toBeDefined()
    isStrange = false
    await expect.poll(() => log.filter((line) => line.endsWith('/ack')).length).toBeGreaterThan(0)
    goOn()
    await opened
    expect(state().main).toMatchObject({ ack: 'burned' })
    expect(await kept.reader(dropId)).toBeUndefined()
  },
)

test.for(['gone', 'dismissed', 'claimed'])(
  'an acknowledgement answered by %s says that the server let go',
  async (code) => {
    const { ciphertext, fragment } = await sealed()
    const { tools, state } = stage(
      serve(ciphertext, () => answer(409, { type: `https://drop.example/problems/${code}` })),
    )
    const opening = openLinks(tools)
    await opening.arrive(fragment)
    await opening.open('')
    expect(state().main).toMatchObject({ at: 'opened', ack: 'ended' })
  },
)

/** An address line with which the history can be walked by hand. */
function addressLine(): { at: string; device: { fragment: () => string; address: (to: string) => void } } {
  const line = {
    at: '',
    device: {
      fragment: () => line.at,
      address: (to: string): void => {
        line.at = to
      },
    },
  }
  return line
}

test('the way back through the history does not put the link of an open message into the address again', async () => {
  const { ciphertext, fragment } = await sealed()
  const line = addressLine()
  line.at = fragment
  const { tools, state } = stage(
    serve(ciphertext, () => answer(200, { burned: true })),
    { device: line.device },
  )
  const act = makeActions(tools)
  await act.follow()
  line.at = 'how'
  await act.follow()
  act.back()
  expect(line.at).toBe(fragment)
  await act.open('')
  expect(state().main).toMatchObject({ at: 'opened', ack: 'burned' })
  expect(line.at).toBe('')
  // As the button of the browser does.
  line.at = fragment
  await act.follow()
  expect(state()).toMatchObject({ page: 'main', main: { at: 'opened' } })
  expect(line.at).toBe('')
})

test('an acknowledgement while another page is looked at leaves its address alone; the way back clears the link', async () => {
  const { ciphertext, fragment } = await sealed()
  const line = addressLine()
  line.at = fragment
  let acknowledge = (): void => {}
  const acknowledged = new Promise<void>((resolve) => (acknowledge = resolve))
  const transport = serve(ciphertext, () => answer(200, { burned: true }))
  const { tools, state } = stage(
    async (exchange: Exchange) => {
      if (exchange.url.endsWith('/ack')) await acknowledged
      return transport(exchange)
    },
    { device: line.device },
  )
  const act = makeActions(tools)
  await act.follow()
  const opened = act.open('')
  await expect.poll(() => state().main).toMatchObject({ at: 'opened', ack: 'pending' })
  line.at = 'how'
  await act.follow()
  act.back()
  // Not told yet: a reload must find the way back to it.
  expect(line.at).toBe(fragment)
  line.at = 'how'
  await act.follow()
  acknowledge()
  await opened
  expect(line.at).toBe('how')
  line.at = fragment
  await act.follow()
  expect(line.at).toBe('')
})

test('more files than fit are refused together, and those that were there stay', () => {
  const { tools, state } = stage(async () => answer(200, WAITING))
  const act = makeActions(tools)
  const [first, ...rest] = Array.from({ length: 998 }, (_, index) => chooseFile(new File([], `${index}`)))
  if (first !== undefined) act.addFiles([first])
  act.addFiles(rest)
  expect(state()).toMatchObject({ main: { at: 'compose', fault: { at: 'count' } }, draft: { files: [first] } })
})
