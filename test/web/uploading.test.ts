import { afterEach, expect, test } from 'vitest'
import { chooseFile, type ChosenFile } from '../../web/send/draft.ts'
import type { Uploading } from '../../web/send/uploading.ts'
import { openStore, type Store } from '../../web/platform/store.ts'
import { noise } from '../kit/bytes.ts'
import { lost, refuses, says, type Reply } from '../kit/network.ts'
import { partsServer, type PartsServer } from '../kit/parts-server.ts'
import { sealing, stage, type Setting, type Stage, uploadLinks, findUploads } from './support/stage.ts'

const film = noise(8_600_000, 3)
const REVOKED = { expires: 1, reads: 1, size: 1, parts: 2, state: 'revoked', triesLeft: 10, claims: [] }

afterEach(() => {
  indexedDB.deleteDatabase('sealdrop')
})

function fileOf(bytes = film, lastModified = 5): ChosenFile {
  return chooseFile(new File([bytes], 'film.mp4', { lastModified }))
}

/** A server that takes drops in parts. @param meddle - asked at each request, so that a test can change its mind */
function serverThat(meddle: (request: string, n: number) => Reply | undefined = () => undefined): PartsServer {
  return partsServer((request, n) => {
    const own = meddle(request, n)
    if (own !== undefined) return own
    if (request === 'limits') return says({ largest: 100_000_000, time: 1_800_000_000 })
    return request === 'revoke' ? says(REVOKED) : undefined
  })
}

/** A page of one browser. */
function open(server: PartsServer, setting: Setting = {}): Stage & { uploading: Uploading } {
  const device = { clock: () => 1_800_000_000_000 + performance.now(), wait: pause, ...setting.device }
  const set = stage((exchange) => server.transport(exchange), { ...setting, device })
  return { ...set, uploading: uploadLinks(set.tools) }
}

/** The draft of a page that has been filled in, and its press on the seal. */
function send(page: Stage & { uploading: Uploading }, file = fileOf(), passphrase?: string): Promise<unknown> {
  page.tools.dispatch({ type: 'drafted', draft: { text: 'the film', files: [file], passphrase } })
  return page.uploading.send(page.state().draft)
}

const pause = (): Promise<void> => new Promise((done) => setTimeout(done, 10))
const uploads = async (kept: Store): Promise<number> => (await kept.uploads()).length

test('a drop in parts goes up under a kept record, which is gone when it is there', async () => {
  let seen: number | undefined
  const server = serverThat((request) => {
    if (request === 'commit') void uploads(page.kept).then((count) => (seen = count))
    return undefined
  })
  const page = open(server, { kept: await openStore() })
  await send(page)
  expect(page.state().main).toMatchObject({ at: 'sealed', isKept: true, needsPassphrase: false })
  expect(page.state().draft.files).toEqual([])
  expect(server.asked).toEqual(['begin', 'uploaded', 'upload 0', 'upload 1', 'commit'])
  expect(seen).toBe(1)
  expect(await uploads(page.kept)).toBe(0)
  expect(await page.kept.sent()).toHaveLength(1)
})

test('a browser that crashed when all was sent had thrown the link away before anybody saw it', async () => {
  const server = serverThat()
  const kept = await openStore()
  const file = fileOf()
  const crashed = new Promise<void>((crash) => {
    const keepSent = (): Promise<never> => (crash(), new Promise<never>(() => {}))
    void send(open(server, { kept, store: async (found) => ({ ...found, keepSent }) }), file)
  })
  await crashed
  expect(server.state()).toBe('ready')
  const [upload = expect.fail()] = await kept.uploads()
  const { dropId, link } = upload.unfinished
  const later = open(server, { kept })
  await later.uploading.resume(dropId, [file])
  expect(later.state().main).toMatchObject({ at: 'sealed', link, isKept: true })
  expect(await uploads(kept)).toBe(0)
})

test('a press that pauses leaves what was sent, and the next one sends the rest', async () => {
  const server = serverThat((request, n) => {
    if (request !== 'upload' || n !== 1 || isPaused) return undefined
    isPaused = true
    return async (exchange) => {
      // Both parts are under way at once: which of them is there first is not said.
      await expect.poll(() => server.parts.size).toBe(1)
      page.uploading.pause()
      return lost(exchange)
    }
  })
  let isPaused = false
  const page = open(server)
  const sent = send(page)
  await expect.poll(() => page.state().main).toMatchObject({ at: 'sending', flow: 'paused' })
  expect(page.state().main).not.toHaveProperty('fault.at')
  page.uploading.goOn()
  await sent
  expect(page.state().main.at).toBe('sealed')
  expect(server.asked.filter((request) => request === 'upload 0')).toHaveLength(1)
})

test('what has gone out and did not arrive is not counted as sent while the connection is waited for', async () => {
  let tries = 0
  const server = serverThat((request, n) =>
    request !== 'upload' || n !== 1
      ? undefined
      : async ({ body, onSent }) => {
          if (server.parts.size === 1) tries++
          onSent?.(body?.length ?? 0, body?.length ?? 0)
          throw new TypeError('network error')
        },
  )
  const counted: number[] = []
  const page = open(server, {
    onChange: () => {
      const { main } = page.state()
      if (main.at === 'sending' && main.flow === 'waiting') counted.push(main.carried.bytes / main.carried.total)
    },
  })
  void send(page)
  await expect.poll(() => tries).toBeGreaterThan(3)
  page.uploading.pause()
  expect(counted.length).toBeGreaterThan(2)
  expect(counted.filter((part) => part === 1)).toEqual([])
})

test('what another visit had begun is told of, and goes on with the same files alone', async () => {
  const kept = await openStore()
  let isCut = true
  const server = serverThat((request, n) => (request === 'upload' && n === 1 && isCut ? lost : undefined))
  const first = open(server, { kept })
  void send(first, fileOf(), 'five words')
  await expect.poll(() => first.state().main).toMatchObject({ flow: 'waiting' })
  await expect.poll(() => server.parts.size).toBe(1)
  // As a crash leaves it: nobody waits any more.
  first.uploading.pause()
  isCut = false

  const second = open(server, { kept })
  second.tools.dispatch({ type: 'drafted', draft: { text: 'typed since' } })
  await findUploads(second.tools)
  expect(second.state().announcement).toBe('An upload was interrupted')
  const [upload] = second.state().uploads.interrupted
  expect(upload).toMatchObject({ hasText: true, needsPassphrase: true, files: [{ name: 'film.mp4' }] })
  if (upload === undefined) return
  await second.uploading.resume(upload.dropId, [fileOf()])
  expect(second.state().main).toMatchObject({ at: 'sealed', passphrase: '', needsPassphrase: true })
  expect(second.state().draft.text).toBe('typed since')
  expect(server.asked.filter((request) => request === 'upload 0')).toHaveLength(1)
  expect(await uploads(kept)).toBe(0)
})

test('while another tab sends it, an upload is neither offered nor gone on with', async () => {
  const kept = await openStore()
  const page = open(
    serverThat(() => lost),
    { kept },
  )
  void send(page)
  await expect.poll(() => uploads(kept)).toBe(1)
  page.uploading.pause()
  const [upload] = await kept.uploads()
  const other = open(serverThat(), { kept, device: { ifFree: async () => false } })
  await findUploads(other.tools)
  expect(other.state().uploads.interrupted).toEqual([])
  if (upload !== undefined) await other.uploading.resume(upload.unfinished.dropId, [fileOf()])
  expect(other.state().uploads.asking).toMatchObject({ trouble: 'elsewhere' })
})

test('a file whose sent bytes are others now ends the upload, and everything is in the form', async () => {
  const kept = await openStore()
  let isCut = true
  const server = serverThat((request, n) => (request === 'upload' && n === 1 && isCut ? lost : undefined))
  const first = open(server, { kept })
  void send(first, fileOf(), 'five words')
  await expect.poll(() => server.parts.size).toBe(1)
  await expect.poll(() => first.state().main).toMatchObject({ flow: 'waiting' })
  first.uploading.pause()
  isCut = false
  const second = open(server, { kept })
  const [upload] = await kept.uploads()
  const changed = fileOf(film.map((byte, index) => (index === 9 ? byte ^ 1 : byte)))
  if (upload !== undefined) await second.uploading.resume(upload.unfinished.dropId, [changed])
  expect(second.state().main).toMatchObject({ at: 'compose', fault: { at: 'changed', name: 'film.mp4' } })
  expect(second.state().draft).toMatchObject({ text: 'the film', files: [changed], passphrase: '' })
  expect(server.asked).toContain('revoke')
  expect(await uploads(kept)).toBe(0)
})

test('a file that cannot be read pauses the upload and is named', async () => {
  const file = fileOf()
  const broken = Object.assign(new Blob(), {
    arrayBuffer: () => Promise.reject(new DOMException('', 'NotReadableError')),
  })
  file.file.slice = () => broken
  const page = open(serverThat())
  void send(page, file)
  await expect
    .poll(() => page.state().main)
    .toMatchObject({ at: 'sending', flow: 'paused', fault: { at: 'file', name: 'film.mp4' } })
})

test('what is cancelled is taken back, also where the server cannot be told', async () => {
  let isAway = false
  const server = serverThat((request) => (isAway || request === 'upload' ? lost : undefined))
  const page = open(server, { kept: await openStore() })
  const told = send(page)
  await expect.poll(() => page.state().main).toMatchObject({ flow: 'waiting' })
  page.uploading.cancel()
  await told
  expect(page.state()).toMatchObject({ main: { at: 'compose', fault: undefined }, draft: { text: 'the film' } })
  expect(server.asked.at(-1)).toBe('revoke')

  const untold = send(page)
  await expect.poll(() => page.state().main).toMatchObject({ flow: 'waiting' })
  isAway = true
  page.uploading.cancel()
  await expect.poll(() => page.state().main).toMatchObject({ fault: { at: 'upload-left' } })
  await untold
  expect(await uploads(page.kept)).toBe(0)
})

test('an upload whose time is over on the server is told of, and sealed anew from the form', async () => {
  const page = open(serverThat((request) => (request === 'upload' ? refuses('gone') : undefined)))
  await send(page)
  expect(page.state()).toMatchObject({
    main: { at: 'compose', fault: { at: 'upload-over' } },
    draft: { text: 'the film' },
  })
})

test('a browser that keeps nothing says so, and sends all the same', async () => {
  const page = open(serverThat())
  const seen: unknown[] = []
  const { dispatch } = page.tools
  const uploading = uploadLinks({
    ...page.tools,
    dispatch: (event) => {
      if (event.type === 'sending') seen.push(event.upload.isKept)
      dispatch(event)
    },
  })
  dispatch({ type: 'drafted', draft: { files: [fileOf()] } })
  await uploading.send(page.state().draft)
  expect(seen).toEqual([false])
  expect(page.state().main.at).toBe('sealed')
})

test('the server is asked what it takes once, before a large draft is sealed, and not for a small one', async () => {
  const server = serverThat((request) =>
    request === 'limits' ? says({ largest: 8_400_000, time: 1_800_000_000 }) : undefined,
  )
  const page = open(server)
  const desk = sealing(page.tools)
  page.tools.dispatch({ type: 'drafted', draft: { text: 'small' } })
  await desk.check()
  expect(server.asked).toEqual([])
  page.tools.dispatch({ type: 'drafted', draft: { files: [fileOf()] } })
  await Promise.all([desk.check(), desk.check()])
  expect(page.state()).toMatchObject({ main: { fault: { at: 'size' } }, draft: { files: [{ name: 'film.mp4' }] } })
  await desk.seal()
  expect(page.state().main).toMatchObject({ at: 'compose', fault: { at: 'size' } })
  expect(server.asked).toEqual(['limits'])
})
