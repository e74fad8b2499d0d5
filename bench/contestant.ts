// One run of one contestant in Node, in a process of its own: `contestant.ts NAME prepare|seal|open FOLDER`. Prints its time and
// its peak memory.
import { Decrypter, Encrypter, generateHybridIdentity, identityToRecipient } from 'age-encryption'
import { createReadStream, createWriteStream, readFileSync, statSync, writeFileSync } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream as NodeStream } from 'node:stream/web'
import { pathToFileURL } from 'node:url'
import { takeMemory } from '#client/memory.ts'
import type { ByteSource } from '#client/source.ts'
import type { Bytes } from '#protocol/bytes.ts'
import { readToEnd, gcmOpen, gcmSeal, rawOpen, rawSeal } from './ciphers.ts'
import { dropOpen, dropSeal } from './drop.ts'
import { OPENPGP } from './peers.ts'
import { pgpOpen, pgpSeal, type OpenPgp } from './peers-api.ts'

/** `seal` and `open` prepare outside of the measurement, and return the function that is measured. */
interface Contestant {
  /** Leaves the input of `open` in the folder. */
  prepare(): Promise<void>
  seal(): Promise<() => Promise<unknown>>
  open(): Promise<() => Promise<unknown>>
}

const [name = '', act, folder = ''] = process.argv.slice(2)
const contestants: Readonly<Record<string, (file: string, sealed: string) => Contestant>> = {
  sealdrop,
  'sealdrop, hashed': (file, sealed) => ({
    ...sealdrop(file, sealed),
    seal: async () => () => dropSeal(sourceOf(file), async () => {}, { isSent: true }),
  }),
  typage,
  native,
  gcm,
  openpgp,
}

const enter = contestants[name]
if (enter === undefined) throw new Error(`no contestant ${name}`)
const [small, large] = ['small', 'large'].map((file) => enter(join(folder, file), join(folder, `${file}.${name}`)))
if (small === undefined || large === undefined) throw new Error('two sizes')
if (act === 'prepare') {
  await small.prepare()
  await large.prepare()
} else {
  // A small run first, so that loading and compiling are not measured.
  await (
    await (act === 'seal' ? small.seal() : small.open())
  )()
  const run = await (act === 'seal' ? large.seal() : large.open())
  const start = performance.now()
  await run()
  const seconds = (performance.now() - start) / 1_000
  console.log(JSON.stringify({ seconds, peakBytes: process.resourceUsage().maxRSS * 1_024 }))
}

function sealdrop(file: string, sealed: string): Contestant {
  const part = (n: number): string => `${sealed}-${n}`
  return {
    async prepare() {
      let count = 0
      let size = 0
      const link = await dropSeal(sourceOf(file), async (n, bytes) => {
        writeFileSync(part(n), bytes)
        count++
        size += bytes.length
      })
      writeFileSync(sealed, JSON.stringify({ link, count, size }))
    },
    seal: async () => () => dropSeal(sourceOf(file), async () => {}),
    async open() {
      const { link, ...parts } = JSON.parse(readFileSync(sealed, 'utf8')) as {
        link: string
        count: number
        size: number
      }
      return () => dropOpen(link, { ...parts, part: (n) => readRange(part(n), 0, sizeOf(part(n))) })
    },
  }
}

function sourceOf(file: string): ByteSource {
  return { size: sizeOf(file), read: (start, end) => readRange(file, start, end) }
}

function typage(file: string, sealed: string): Contestant {
  const key = `${sealed}.key`
  const sealStream = async (recipient: string): Promise<ReadableStream<Uint8Array>> => {
    const encrypter = new Encrypter()
    encrypter.addRecipient(recipient)
    return encrypter.encrypt(streamOf(file))
  }
  return {
    async prepare() {
      const identity = await generateHybridIdentity()
      writeFileSync(key, identity)
      await save(sealed, await sealStream(await identityToRecipient(identity)))
    },
    async seal() {
      const recipient = await identityToRecipient(readFileSync(key, 'utf8'))
      return async () => readToEnd(await sealStream(recipient))
    },
    async open() {
      const decrypter = new Decrypter()
      decrypter.addIdentity(readFileSync(key, 'utf8'))
      return async () => readToEnd(await decrypter.decrypt(streamOf(sealed)))
    },
  }
}

/** In memory before and after: the upper bound for any use of this cipher in chunks. */
function native(file: string): Contestant {
  return {
    prepare: async () => {},
    async seal() {
      const plaintext = await inMemory(file)
      return () => rawSeal(plaintext)
    },
    async open() {
      const boxes = await rawSeal(await inMemory(file))
      return () => rawOpen(boxes)
    },
  }
}

function gcm(file: string, sealed: string): Contestant {
  return {
    prepare: async () => writeFileSync(sealed, await gcmSeal(await inMemory(file))),
    seal: async () => async () => gcmSeal(await inMemory(file)),
    open: async () => async () => gcmOpen(await inMemory(sealed)),
  }
}

function openpgp(file: string, sealed: string): Contestant {
  const load = async (): Promise<OpenPgp> => (await import(pathToFileURL(OPENPGP).href)) as OpenPgp
  return {
    prepare: async () => save(sealed, await pgpSeal(await load(), streamOf(file))),
    async seal() {
      const pgp = await load()
      return async () => readToEnd(await pgpSeal(pgp, streamOf(file)))
    },
    async open() {
      const pgp = await load()
      return async () => readToEnd(await pgpOpen(pgp, streamOf(sealed)))
    },
  }
}

function sizeOf(path: string): number {
  return statSync(path).size
}

function streamOf(path: string): ReadableStream<Uint8Array> {
  return Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>
}

function save(path: string, stream: ReadableStream<Uint8Array>): Promise<void> {
  return pipeline(Readable.fromWeb(stream as NodeStream), createWriteStream(path))
}

async function inMemory(path: string): Promise<Bytes> {
  const bytes = await readFile(path)
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** As the command reads files: it opens the file for every range. */
async function readRange(path: string, start: number, end: number): Promise<Bytes> {
  const file = await open(path)
  try {
    const bytes = takeMemory(end - start)
    for (let done = 0; done < bytes.length;) {
      const { bytesRead } = await file.read(bytes, done, bytes.length - done, start + done)
      if (bytesRead === 0) throw new Error(`${path} is shorter than it was`)
      done += bytesRead
    }
    return bytes
  } finally {
    await file.close()
  }
}
