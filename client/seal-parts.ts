import { equalBytes, joinBytes, sha256, type Bytes } from '#protocol/bytes.ts'
import { PART_CHUNKS } from '#protocol/limits.ts'
import { planArchive, type ArchivePlan, type Message } from './archive.ts'
import type { CipherFor, ChunkCipher } from './crypto/chunks.ts'
import { payloadKey } from './crypto/payload.ts'
import { CHUNK_BYTES, payloadSize } from './crypto/sizes.ts'
import { giveBack } from './memory.ts'
import { FileFault, type ByteSource } from './source.ts'

/** The hashes of a part that has been sealed, so that its nonces never seal anything else. */
export interface PartHashes {
  /** SHA-256 of its plaintext, 32 bytes. */
  readonly plaintext: Bytes
  /** SHA-256 of its ciphertext, 32 bytes; `undefined` until it has been sealed and hashed to be sent. */
  readonly ciphertext: Bytes | undefined
}

/** Keeps what must outlive a crash while a drop in parts is sealed. */
export interface Journal {
  /** Keeps what is known of a part, in place of what was known before. No part is sealed until this is done. */
  keep(n: number, hashes: PartHashes): Promise<void>
}

/** Seals a drop part by part, in any order and as often as it takes: a part is always the same bytes. */
export interface Sealer {
  /** Bytes of ciphertext. */
  readonly size: number
  readonly parts: number
  /** Bytes of ciphertext of one part. */
  partSize(n: number): number
  /**
   * Reads the plaintext of a part and seals it.
   * @returns the part, in memory that the caller may give back when it has been sent
   * @throws FileFault `file_changed` if it is not what this part was sealed from before, `file_unreadable`
   */
  sealPart(n: number, journal?: Journal): Promise<Bytes>
  /** SHA-256 of a part that `sealPart` has given, kept before anybody gets to see it. */
  digestPart(n: number, part: Bytes, journal?: Journal): Promise<Bytes>
  /** Reads the plaintext of a part that was sealed in an earlier life. @throws FileFault as sealPart does */
  checkPart(n: number): Promise<void>
  /** SHA-256 of a part's ciphertext, if `digestPart` has been asked for it. */
  digest(n: number): Bytes | undefined
  /** Whether this life has read the part's plaintext, and found it to be what it was. */
  isRead(n: number): boolean
  readonly hashes: readonly (PartHashes | undefined)[]
}

/** The secrets of one envelope. One file key and payload nonce never seal two plaintexts. */
export interface EnvelopeKey {
  /** The age header, its MAC line included. */
  readonly header: Bytes
  /** Payload nonce, 16 bytes. */
  readonly nonce: Bytes
  /** 16 bytes. */
  readonly fileKey: Bytes
}

/** An archive that tells which file a read was mostly about. */
export interface NamedPlan extends ArchivePlan {
  /** The name, as given, of the file of which most was read since the last call; `''` if none was. */
  lastRead(): string
}

/** Plans the archive of a message. Reads no file. */
export async function planMessage(message: Message, token: Bytes, now: number): Promise<NamedPlan> {
  const read = new Map<string, number>()
  const files = message.files.map((file) => {
    const { size } = file.source
    const source: ByteSource = {
      size,
      read: (start, end) => {
        read.set(file.name, (read.get(file.name) ?? 0) + end - start)
        return file.source.read(start, end)
      },
    }
    return { ...file, source }
  })
  const plan = await planArchive({ ...message, files }, token, now)
  return {
    size: plan.size,
    names: plan.names,
    read: (start, end) => plan.read(start, end),
    lastRead: () => {
      const [name = ''] = [...read].toSorted(([, a], [, b]) => b - a)[0] ?? []
      read.clear()
      return name
    },
  }
}

/** Parts of the ciphertext of so many bytes of plaintext. docs/protocol.md §3.5. */
function countParts(plaintextBytes: number): number {
  return Math.max(1, Math.ceil(plaintextBytes / PART_PLAINTEXT_BYTES))
}

/** @param known - from the journal of earlier lives. */
export function makeSealer(
  key: EnvelopeKey,
  plan: NamedPlan,
  cipherFor: CipherFor,
  known: readonly (PartHashes | undefined)[] = [],
): Sealer {
  return new PlanSealer(key, plan, cipherFor, known)
}

class PlanSealer implements Sealer {
  readonly size: number
  readonly parts: number
  readonly hashes: (PartHashes | undefined)[]
  readonly #key: EnvelopeKey
  readonly #plan: NamedPlan
  readonly #cipherFor: CipherFor
  /** Parts whose plaintext is in the journal, and those that this life has read. */
  readonly #kept: Set<number>
  readonly #seen = new Set<number>()
  // Three steps, each for one part at a time: while one part is sealed the next one is hashed and another one read, and none
  // waits in memory unasked.
  readonly #reading = makeQueue()
  readonly #hashing = makeQueue()
  readonly #sealing = makeQueue()
  #cipher: ChunkCipher | undefined
  #whole: Bytes | undefined

  constructor(key: EnvelopeKey, plan: NamedPlan, cipherFor: CipherFor, known: readonly (PartHashes | undefined)[]) {
    this.size = key.header.length + payloadSize(plan.size)
    this.parts = countParts(plan.size)
    this.hashes = Array.from({ length: this.parts }, (_, n) => known[n])
    this.#key = key
    this.#plan = plan
    this.#cipherFor = cipherFor
    this.#kept = new Set([...this.hashes.keys()].filter((n) => this.hashes[n] !== undefined))
  }

  partSize(n: number): number {
    const { header } = this.#key
    const end = Math.min(this.#plan.size, (n + 1) * PART_PLAINTEXT_BYTES)
    const before = n === 0 ? 0 : header.length + payloadSize(n * PART_PLAINTEXT_BYTES)
    return header.length + payloadSize(end) - before
  }

  async sealPart(n: number, journal?: Journal): Promise<Bytes> {
    if (this.#whole !== undefined) return this.#whole
    const part = await this.#reading(() => this.#read(n))
    const plaintext = await this.#hashing(() => this.#note(n, part, journal))
    return this.#sealing(() => this.#seal(n, plaintext))
  }

  async digestPart(n: number, part: Bytes, journal?: Journal): Promise<Bytes> {
    const { plaintext, ciphertext = await sha256(part) } = this.hashes[n] ?? {}
    if (plaintext === undefined) throw new RangeError('a part that was not sealed')
    if (this.hashes[n]?.ciphertext === undefined) {
      this.hashes[n] = { plaintext, ciphertext }
      await journal?.keep(n, { plaintext, ciphertext })
    }
    return ciphertext
  }

  async checkPart(n: number): Promise<void> {
    const part = await this.#reading(() => this.#read(n))
    await this.#hashing(() => this.#check(n, part))
    giveBack(part.plaintext)
  }

  digest(n: number): Bytes | undefined {
    return this.hashes[n]?.ciphertext
  }

  isRead(n: number): boolean {
    return this.#seen.has(n)
  }

  async #read(n: number): Promise<Read> {
    if (!Number.isInteger(n) || n < 0 || n >= this.parts) throw new RangeError('no such part')
    const plan = this.#plan
    const start = n * PART_PLAINTEXT_BYTES
    const end = Math.min(plan.size, start + PART_PLAINTEXT_BYTES)
    plan.lastRead()
    const plaintext = await plan.read(start, end)
    const file = plan.lastRead()
    if (plaintext.length !== end - start) throw new FileFault('file_changed', file)
    return { plaintext, file }
  }

  /** Rejects a part whose bytes changed since it was first read. @returns SHA-256 of the plaintext */
  async #check(n: number, { plaintext, file }: Read): Promise<Bytes> {
    const hash = await sha256(plaintext)
    const before = this.hashes[n]?.plaintext
    if (before !== undefined && !equalBytes(before, hash)) throw new FileFault('file_changed', file)
    this.#seen.add(n)
    return hash
  }

  /**
   * Keeps the hash of a part's plaintext before anything is sealed. One part at a time: of two plaintexts of one part the second
   * would not know of the first.
   */
  async #note(n: number, part: Read, journal: Journal | undefined): Promise<Bytes> {
    const hash = await this.#check(n, part)
    const noted = (this.hashes[n] ??= { plaintext: hash, ciphertext: undefined })
    if (journal !== undefined && !this.#kept.has(n)) {
      await journal.keep(n, noted)
      this.#kept.add(n)
    }
    return part.plaintext
  }

  async #seal(n: number, plaintext: Bytes): Promise<Bytes> {
    const { header, nonce, fileKey } = this.#key
    // Only now: whatever happens from here on, this hash is known, and no other plaintext gets these nonces.
    this.#cipher ??= await this.#cipherFor(payloadKey(fileKey, nonce))
    const boxes = await this.#cipher.sealRun(plaintext, n * PART_CHUNKS, n === this.parts - 1)
    giveBack(plaintext)
    if (n > 0) return boxes
    const part = joinBytes([header, nonce, boxes])
    giveBack(boxes)
    // One part is little enough to be kept: then a file that is gone or changed a moment later takes nothing away.
    if (this.parts === 1) this.#whole = part
    return part
  }
}

/** The plaintext of a part, and the name of the file that it is mostly of. */
interface Read {
  readonly plaintext: Bytes
  readonly file: string
}

/** Runs one piece of work after another, whatever becomes of those before. */
function makeQueue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const next = last.then(work)
    last = next.catch(() => {})
    return next
  }
}

/** Plaintext in every part but the last. docs/protocol.md §3.5. */
const PART_PLAINTEXT_BYTES = PART_CHUNKS * CHUNK_BYTES
