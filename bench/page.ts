// The contestants inside a browser. seal.browser.bench.ts bundles this file and calls `contest`.
import { Decrypter, Encrypter, identityToRecipient } from 'age-encryption'
import type { Bytes } from '#protocol/bytes.ts'
import { cipherFor } from '../web/platform/ciphers.ts'
import { readToEnd, gcmOpen, gcmSeal, rawOpen, rawSeal } from './ciphers.ts'
import { dropOpen, dropSeal } from './drop.ts'
import { pgpOpen, pgpSeal, type OpenPgp } from './peers-api.ts'
import type { Operation } from './race.ts'

/** The input of a contestant. */
export interface Contest {
  readonly name: string
  readonly act: Operation
  /** The plaintext, or the ciphertext to open: one file per part for ours. */
  readonly files: readonly File[]
  /** Ours: the link. Of typage: the identity. */
  readonly key: string
}

/** @returns seconds */
export async function contest({ name, act, files, key }: Contest): Promise<number> {
  const [file = new File([], '')] = files
  const begin = CONTESTANTS[name]?.[act]
  if (begin === undefined) throw new Error(`no contestant ${name} to ${act}`)
  const run = await begin({ file, files, key })
  const start = performance.now()
  await run()
  return (performance.now() - start) / 1_000
}

interface Given {
  readonly file: File
  readonly files: readonly File[]
  readonly key: string
}

/** Prepares outside of the measurement, and returns the function that is measured. */
type Begin = (given: Given) => Promise<() => Promise<unknown>>

const CONTESTANTS: Readonly<Record<string, Readonly<Partial<Record<Operation, Begin>>>>> = {
  sealdrop: {
    seal: async ({ file }) => {
      const source = { size: file.size, read: (start: number, end: number) => bytesOf(file.slice(start, end)) }
      return () => dropSeal(source, async () => {}, { cipherFor })
    },
    open: async ({ files, key }) => {
      const size = files.reduce((sum, part) => sum + part.size, 0)
      const part = (n: number): Promise<Bytes> => bytesOf(files[n] ?? new Blob())
      return () => dropOpen(key, { count: files.length, size, part }, cipherFor)
    },
  },
  'sealdrop, hashed': {
    seal: async ({ file }) => {
      const source = { size: file.size, read: (start: number, end: number) => bytesOf(file.slice(start, end)) }
      return () => dropSeal(source, async () => {}, { cipherFor, isSent: true })
    },
  },
  reading: { seal: readAll, open: readAll },
  typage: {
    seal: async ({ file, key }) => {
      const encrypter = new Encrypter()
      encrypter.addRecipient(await identityToRecipient(key))
      return async () => readToEnd(await encrypter.encrypt(file.stream()))
    },
    open: async ({ file, key }) => {
      const decrypter = new Decrypter()
      decrypter.addIdentity(key)
      return async () => readToEnd(await decrypter.decrypt(file.stream()))
    },
  },
  native: {
    seal: async ({ file }) => {
      const plaintext = await bytesOf(file)
      return () => rawSeal(plaintext)
    },
    open: async ({ file }) => {
      const boxes = await rawSeal(await bytesOf(file))
      return () => rawOpen(boxes)
    },
  },
  gcm: {
    seal:
      async ({ file }) =>
      async () =>
        gcmSeal(await bytesOf(file)),
    open:
      async ({ file }) =>
      async () =>
        gcmOpen(await bytesOf(file)),
  },
  openpgp: {
    seal:
      async ({ file }) =>
      async () =>
        readToEnd(await pgpSeal(openpgp(), file.stream())),
    open:
      async ({ file }) =>
      async () =>
        readToEnd(await pgpOpen(openpgp(), file.stream())),
  },
}

/** Only reads slice after slice, as for sealing. */
async function readAll({ files }: Given): Promise<() => Promise<void>> {
  return async () => {
    for (const file of files) {
      for (let at = 0; at < file.size; at += SLICE_BYTES) await file.slice(at, at + SLICE_BYTES).arrayBuffer()
    }
  }
}

async function bytesOf(blob: Blob): Promise<Bytes> {
  return new Uint8Array(await blob.arrayBuffer())
}

/** The page has loaded it by a script element. */
function openpgp(): OpenPgp {
  return (globalThis as unknown as { openpgp: OpenPgp }).openpgp
}

const SLICE_BYTES = 127 * 65_536
