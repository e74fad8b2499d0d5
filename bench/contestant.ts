// One contestant in Node, once, in a process of its own: `contestant.ts NAME prepare|seal|open FOLDER`. Says how long it took
// and how much memory it had.
import { Decrypter, Encrypter, generateHybridIdentity, identityToRecipient } from 'age-encryption'
import { createReadStream, createWriteStream, readFileSync, statSync, writeFileSync } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream as NodeStream } from 'node:stream/web'
import { pathToFileURL } from 'node:url'
import type { Bytes } from '#protocol/bytes.ts'
import { drain, gcmOpen, gcmSeal, rawOpen, rawSeal } from './ciphers.ts'
import { dropOpen, dropSeal } from './drop.ts'
import { OPENPGP, pgpOpen, pgpSeal, type OpenPgp } from './peers.ts'

/** Each begins with what is made ready outside of the measurement. */
interface Contestant {
  /** Leaves in the folder what `open` needs. */
  prepare(): Promise<void>
  seal(): Promise<() => Promise<unknown>>
  open(): Promise<() => Promise<unknown>>
}

const [name = '', act, folder = ''] = process.argv.slice(2)
const FILE = join(folder, 'file')
const SEALED = join(folder, `${name}.sealed`)
const contestants: Readonly<Record<string, Contestant>> = {
  sealdrop: sealdrop(),
  typage: typage(),
  native: native(),
  gcm: gcm(),
  openpgp: openpgp(),
}

const contestant = contestants[name]
if (contestant === undefined) throw new Error(`no contestant ${name}`)
if (act === 'prepare') {
  await contestant.prepare()
} else {
  const run = await (act === 'seal' ? contestant.seal() : contestant.open())
  const start = performance.now()
  await run()
  const seconds = (performance.now() - start) / 1_000
  console.log(JSON.stringify({ seconds, peakBytes: process.resourceUsage().maxRSS * 1_024 }))
}

function sealdrop(): Contestant {
  const source = { size: sizeOf(FILE), read: (start: number, end: number) => readRange(FILE, start, end) }
  const part = (n: number): string => `${SEALED}-${n}`
  return {
    async prepare() {
      let count = 0
      let size = 0
      const link = await dropSeal(source, async (n, bytes) => {
        writeFileSync(part(n), bytes)
        count++
        size += bytes.length
      })
      writeFileSync(SEALED, JSON.stringify({ link, count, size }))
    },
    seal: async () => () => dropSeal(source, async () => {}),
    async open() {
      const { link, ...parts } = JSON.parse(readFileSync(SEALED, 'utf8')) as {
        link: string
        count: number
        size: number
      }
      return () => dropOpen(link, { ...parts, part: (n) => readRange(part(n), 0, sizeOf(part(n))) })
    },
  }
}

function typage(): Contestant {
  const key = join(folder, 'typage.key')
  const sealStream = async (recipient: string): Promise<ReadableStream<Uint8Array>> => {
    const encrypter = new Encrypter()
    encrypter.addRecipient(recipient)
    return encrypter.encrypt(streamOf(FILE))
  }
  return {
    async prepare() {
      const identity = await generateHybridIdentity()
      writeFileSync(key, identity)
      await save(await sealStream(await identityToRecipient(identity)))
    },
    async seal() {
      const recipient = await identityToRecipient(readFileSync(key, 'utf8'))
      return async () => drain(await sealStream(recipient))
    },
    async open() {
      const decrypter = new Decrypter()
      decrypter.addIdentity(readFileSync(key, 'utf8'))
      return async () => drain(await decrypter.decrypt(streamOf(SEALED)))
    },
  }
}

/** In memory before and after: the limit of whoever uses this cipher in chunks. */
function native(): Contestant {
  return {
    prepare: async () => {},
    async seal() {
      const plaintext = await inMemory(FILE)
      return () => rawSeal(plaintext)
    },
    async open() {
      const boxes = await rawSeal(await inMemory(FILE))
      return () => rawOpen(boxes)
    },
  }
}

function gcm(): Contestant {
  return {
    prepare: async () => writeFileSync(SEALED, await gcmSeal(await inMemory(FILE))),
    seal: async () => async () => gcmSeal(await inMemory(FILE)),
    open: async () => async () => gcmOpen(await inMemory(SEALED)),
  }
}

function openpgp(): Contestant {
  const load = async (): Promise<OpenPgp> => (await import(pathToFileURL(OPENPGP).href)) as OpenPgp
  return {
    prepare: async () => save(await pgpSeal(await load(), streamOf(FILE))),
    async seal() {
      const pgp = await load()
      return async () => drain(await pgpSeal(pgp, streamOf(FILE)))
    },
    async open() {
      const pgp = await load()
      return async () => drain(await pgpOpen(pgp, streamOf(SEALED)))
    },
  }
}

function sizeOf(path: string): number {
  return statSync(path).size
}

function streamOf(path: string): ReadableStream<Uint8Array> {
  return Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>
}

function save(sealed: ReadableStream<Uint8Array>): Promise<void> {
  return pipeline(Readable.fromWeb(sealed as NodeStream), createWriteStream(SEALED))
}

async function inMemory(path: string): Promise<Bytes> {
  const bytes = await readFile(path)
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** As the command reads files: opened for every range. */
async function readRange(path: string, start: number, end: number): Promise<Bytes> {
  const file = await open(path)
  try {
    const bytes = new Uint8Array(end - start)
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
