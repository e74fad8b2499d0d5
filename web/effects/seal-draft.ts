import { generateSigningKey, type SigningKey } from '#client/crypto/keys.ts'
import type { CipherFor } from '#client/crypto/chunks.ts'
import { seal, type Sealed } from '#client/send.ts'
import { draftTerms, type Draft } from '../draft.ts'
import { dropFile } from './file-source.ts'
import type { Tools } from './tools.ts'

/** Makes link, keys and envelope of a draft. Reads no file. @throws DropError `too_large` */
export async function sealDraft(
  { device, dispatch, state, stretch }: Tools,
  draft: Draft,
  cipherFor?: CipherFor,
): Promise<{ sealed: Sealed; sender: SigningKey }> {
  const { ttlSeconds, reads } = draftTerms(draft)
  if (ttlSeconds === undefined || reads === undefined) throw new RangeError('the form lets no such draft through')
  const { limits } = state()
  const sender = await generateSigningKey()
  const sealed = await seal(
    { text: draft.text, files: draft.files.map(dropFile) },
    {
      origin: device.origin,
      sender,
      ttlSeconds,
      reads,
      passphrase: draft.passphrase ?? '',
      stretch,
      now: device.clock(),
      ...(limits === undefined ? {} : { largest: limits.largest }),
      ...(cipherFor === undefined ? {} : { cipherFor }),
      onProgress: (work) => dispatch({ type: 'worked', work }),
    },
  )
  return { sealed, sender }
}
