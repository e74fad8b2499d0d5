import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { cipherHere, type CipherFor } from '#client/crypto/chunks.ts'
import { makeSealer, planMessage, type Journal, type PartHashes } from '#client/seal-parts.ts'
import { FileFault, type ByteSource } from '#client/source.ts'
import { runs } from '../runs.ts'
import { sha256 } from '#protocol/bytes.ts'
import { noise } from '../kit/bytes.ts'

const key = { header: noise(1_627), nonce: noise(16, 2), fileKey: noise(16, 3) }
const size = 2 * 127 * 65_536
/** Three parts; the first file is in the first and the second, the other one in the second and the third. */
const sizes = [10_000_000, size - 10_000_000]

/** A disk whose files are filled with one byte, which a test changes. */
function makeDisk() {
  const fills = [1, 1]
  const sources = sizes.map((length, index): ByteSource => ({
    size: length,
    read: async (start, end) => new Uint8Array(end - start).fill(fills[index] ?? 0),
  }))
  return { fills, sources }
}

/** The platform's cipher, which notes under which chunk number it has sealed what. */
function watchedCipher() {
  const sealed = new Map<string, number>()
  const clashes: string[] = []
  let count = 0
  const cipherFor: CipherFor = async (payloadKey) => {
    const cipher = await cipherHere(payloadKey)
    return {
      ...cipher,
      sealRun: (plaintext, first, isEnd) => {
        const chunks = Math.ceil(plaintext.length / 65_536)
        for (let index = 0; index < chunks; index++) {
          const chunk = plaintext.subarray(index * 65_536, (index + 1) * 65_536)
          const print = fingerprint(chunk)
          const nonce = `${payloadKey.join()} ${first + index} ${isEnd && index === chunks - 1}`
          if ((sealed.get(nonce) ?? print) !== print) clashes.push(nonce)
          sealed.set(nonce, print)
          count += 1
        }
        return cipher.sealRun(plaintext, first, isEnd)
      },
    }
  }
  return { cipherFor, clashes, count: () => count }
}

/** Over every fourth byte: what changes here changes thousands. */
function fingerprint(bytes: Uint8Array): number {
  let print = 0
  for (let index = 0; index < bytes.length; index += 4) print = (Math.imul(print, 31) + (bytes[index] ?? 0)) | 0
  return print
}

function planOf(sources: readonly ByteSource[]) {
  const files = sources.map((source, index) => ({ name: `file-${index}`, type: '', modifiedAtMs: 0, source }))
  return planMessage({ text: '', files }, noise(32, 4), 0)
}

/** A journal as a disk keeps it; `fails` is asked whether the disk does. */
function makeJournal(fails: () => boolean = () => false) {
  const lines: [number, PartHashes][] = []
  const journal: Journal = {
    keep: async (n, hashes) => {
      await Promise.resolve()
      if (fails()) throw new Error('the disk is full')
      lines.push([n, hashes])
    },
  }
  const known = (): (PartHashes | undefined)[] => {
    const all: (PartHashes | undefined)[] = [undefined, undefined, undefined]
    for (const [n, hashes] of lines) all[n] = hashes
    return all
  }
  return { journal, known, lines }
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('seal' as const), part: fc.nat(2), waits: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('change' as const), file: fc.nat(1), fill: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const), afterMs: fc.nat(25) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fail' as const) }) },
)

test(
  'no nonce ever seals two plaintexts, whatever is sealed at once, crashes, fails or changes',
  { timeout: 180_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 8 }), async (steps) => {
        const { fills, sources } = makeDisk()
        const watched = watchedCipher()
        let failsNext = false
        const kept = makeJournal(() => {
          const fails = failsNext
          failsNext = false
          return fails
        })
        /** A process: once it has crashed it does nothing any more, wherever it was. */
        const start = async () => {
          const life = { isOver: false }
          const goOn = (): void => {
            if (life.isOver) throw new Error('it has crashed')
          }
          const cipherFor: CipherFor = async (payloadKey) => {
            const cipher = await watched.cipherFor(payloadKey)
            return { ...cipher, sealRun: async (...run) => (goOn(), cipher.sealRun(...run)) }
          }
          const journal: Journal = { keep: async (n, hashes) => (goOn(), kept.journal.keep(n, hashes)) }
          return {
            life,
            journal,
            sealer: makeSealer(key, await planOf(sources), cipherFor, structuredClone(kept.known())),
          }
        }
        let { life, journal, sealer } = await start()
        const sealing: Promise<unknown>[] = []
        for (const each of steps) {
          switch (each.do) {
            case 'seal': {
              const work = sealer.sealPart(each.part, journal).catch((error: unknown) => error)
              sealing.push(work)
              if (each.waits) await work
              break
            }
            case 'change':
              fills[each.file] = each.fill
              break
            case 'crash':
              await new Promise((done) => setTimeout(done, each.afterMs))
              life.isOver = true
              ;({ life, journal, sealer } = await start())
              break
            case 'fail':
              failsNext = true
              break
          }
        }
        const outcomes = await Promise.all(sealing)
        const others = outcomes.filter((each) => !(each instanceof Uint8Array || each instanceof FileFault))
        expect(others.map(String).filter((each) => !/the disk is full|it has crashed/.test(each))).toEqual([])
        expect(watched.clashes).toEqual([])
      }),
      { numRuns: runs(12, 150) },
    )
  },
)

test('a part that was sealed and whose file is another now is refused by the name of the file, and not sealed', async () => {
  const { fills, sources } = makeDisk()
  const watched = watchedCipher()
  const sealer = makeSealer(key, await planOf(sources), watched.cipherFor)
  for (const n of [0, 1, 2]) await sealer.sealPart(n)
  const count = watched.count()
  fills[1] = 2
  const refusal = { name: 'DropError', code: 'file_changed', file: 'file-1' }
  for (const n of [1, 2]) {
    await expect(sealer.sealPart(n)).rejects.toMatchObject(refusal)
    await expect(sealer.checkPart(n)).rejects.toMatchObject(refusal)
  }
  expect(watched.count()).toBe(count)
  await expect(sealer.sealPart(0)).resolves.toHaveLength(sealer.partSize(0))
})

test('the cipher runs only after the hash of the plaintext is kept', async () => {
  const { sources } = makeDisk()
  const watched = watchedCipher()
  const { journal, lines } = makeJournal(() => true)
  const sealer = makeSealer(key, await planOf(sources), watched.cipherFor)
  await expect(sealer.sealPart(1, journal)).rejects.toThrow('the disk is full')
  expect([watched.count(), lines]).toEqual([0, []])
  const seen: number[] = []
  await sealer.sealPart(1, { keep: async () => void seen.push(watched.count()) })
  expect(seen).toEqual([0])
})

test('the hash of a sealed part is kept before anybody gets it, and is no longer asked for then', async () => {
  const { journal, known, lines } = makeJournal()
  const sealer = makeSealer(key, await planOf(makeDisk().sources), cipherHere)
  await expect(sealer.digestPart(1, noise(9), journal)).rejects.toThrow(RangeError)
  const part = await sealer.sealPart(1, journal)
  const digest = await sealer.digestPart(1, part, journal)
  expect(digest).toEqual(await sha256(part))
  expect(known()[1]?.ciphertext).toEqual(digest)
  expect(known()[1]?.plaintext).toEqual(lines[0]?.[1].plaintext)
  await sealer.digestPart(1, part, journal)
  expect(lines).toHaveLength(2)
  const full = makeSealer(key, await planOf(makeDisk().sources), cipherHere)
  await full.sealPart(1)
  await expect(full.digestPart(1, part, makeJournal(() => true).journal)).rejects.toThrow('the disk is full')
})

test('in another life a part is sealed to the same bytes', async () => {
  const { sources } = makeDisk()
  const { journal, known } = makeJournal()
  const first = makeSealer(key, await planOf(sources), cipherHere)
  const parts = [await first.sealPart(2, journal), await first.sealPart(0, journal)]
  for (const [index, n] of [2, 0].entries()) await first.digestPart(n, parts[index] ?? noise(0), journal)
  const second = makeSealer(key, await planOf(sources), cipherHere, known())
  expect(second.hashes).toEqual(first.hashes)
  expect([second.isRead(0), second.digest(0)]).toEqual([false, first.digest(0)])
  const again = [await second.sealPart(2, journal), await second.sealPart(0, journal)]
  expect(again.map((part) => fingerprint(part))).toEqual(parts.map((part) => fingerprint(part)))
  expect(second.isRead(0)).toBe(true)
})

test('a part that there is not is no part', async () => {
  const sealer = makeSealer(key, await planOf(makeDisk().sources), cipherHere)
  for (const n of [-1, 3, 0.5, Number.NaN]) await expect(sealer.sealPart(n)).rejects.toThrow(RangeError)
})
