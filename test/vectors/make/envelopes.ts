import { createHash } from 'node:crypto'
import { Decrypter, Encrypter } from 'age-encryption'
import { planArchive } from '#client/archive.ts'
import { sealEnvelope } from '#client/crypto/envelope.ts'
import { ageKeys } from '../../../reference/age.ts'
import { expand, extract } from '../../../reference/kdf.ts'
import { tar } from './tar.ts'

interface Sample {
  readonly madeBy: string
  readonly sealed: string
  readonly archiveSha256: string
}

interface Envelopes {
  readonly secret: string
  readonly identity: string
  readonly text: string
  readonly token: string
  readonly samples: readonly Sample[]
}

/**
 * `envelopes.json`: drops that must open for ever. No two age files are alike, so existing ones stay, and are opened here by the
 * age library instead of our code.
 */
export async function envelopeVectors(present: unknown): Promise<unknown> {
  const { identity, recipient } = ageKeys(
    expand(extract(extract('sealdrop/v1/link', SECRET), new Uint8Array(0)), 'age', 32),
  )
  const kept = (present as Envelopes | undefined)?.samples ?? (await makeSamples(recipient))
  for (const { madeBy, sealed, archiveSha256 } of kept) {
    const decrypter = new Decrypter()
    decrypter.addIdentity(identity)
    const archive = await decrypter.decrypt(new Uint8Array(Buffer.from(sealed, 'base64')))
    if (sha256(archive) !== archiveSha256) throw new Error(`the sample made by ${madeBy} does not open to what it says`)
  }
  return {
    secret: SECRET.toString('hex'),
    identity,
    text: TEXT,
    token: TOKEN.toString('base64'),
    samples: kept,
  } satisfies Envelopes
}

async function makeSamples(recipient: string): Promise<Sample[]> {
  const meta = JSON.stringify({ v: 1, text: true, types: [] })
  const entries = [
    { name: 'message.txt', data: TEXT },
    { name: '.sealdrop/meta.json', data: meta },
    { name: '.sealdrop/token', data: TOKEN },
  ]
  const written = new Uint8Array(16_384)
  written.set(tar(entries))
  const encrypter = new Encrypter()
  encrypter.addRecipient(recipient)
  const plan = await planArchive({ text: TEXT, files: [] }, new Uint8Array(TOKEN), 1_800_000_000_000)
  const packed = await plan.read(0, plan.size)
  return [
    {
      madeBy: 'age-encryption 0.3.1 and a hand-written tar',
      sealed: base64(await encrypter.encrypt(written)),
      archiveSha256: sha256(written),
    },
    { madeBy: 'client/', sealed: base64(await sealEnvelope(packed, [recipient])), archiveSha256: sha256(packed) },
  ]
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

const SECRET = Buffer.from(Array.from({ length: 24 }, (_, index) => 100 + index))
const TOKEN = Buffer.from(Array.from({ length: 32 }, (_, index) => index))
const TEXT = 'Opens for ever. \u0628\u0631\u0627\u06cc \u0647\u0645\u06cc\u0634\u0647 \ud83d\udd0f'
