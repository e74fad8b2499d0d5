import { newReturnCode, type ReturnCode } from '#client/box/return.ts'
import { sealForBox } from '#client/box/write.ts'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { LETTER_LIVES } from '#client/lives.ts'
import type { Progress } from '#client/server.ts'
import type { BoxAddress } from '#protocol/address.ts'
import type { Bytes } from '#protocol/bytes.ts'
import type { Card } from '#protocol/card.ts'
import { DEFAULT_BOX_TTL_SECONDS } from '#protocol/limits.ts'
import type { Device } from '../platform/device.ts'
import type { Destination } from './destination.ts'
import { draftTerms, EMPTY_DRAFT, mergeDrafts, type Draft } from './draft.ts'
import { dropFile } from './file-source.ts'
import { limitsOf } from './limits.ts'
import { lockOf } from './outbox.ts'

/** A box whose keys are good today. */
export interface FoundBox {
  readonly card: Card
  /** Bytes of ciphertext of the largest drop that server and owner take. */
  readonly largest: number
}

/** The facts about a letter that has arrived. */
export interface SentLetter {
  readonly expiresAtMs: number
  /** The words of a new return code; `undefined` once they are written down, or if there is none. */
  readonly words: readonly string[] | undefined
  readonly hasCode: boolean
}

/** A letter that nobody has begun. */
export const EMPTY_LETTER: Draft = { ...EMPTY_DRAFT, expiry: String(DEFAULT_BOX_TTL_SECONDS) }

/** The form of a letter. */
export interface LetterForm {
  /** The box, and the wishes of the sender, at the press. */
  now(): {
    readonly box: FoundBox | undefined
    readonly invitation: Bytes | undefined
    readonly wantsCode: boolean
  }
  onProgress(work: Progress): void
  onSent(letter: SentLetter, keepsDraft: boolean): void
}

/**
 * Letters for a box.
 * @param code - the code for answers, where the sender has one already; else a new one is made on request
 */
export function toBox(
  { clock, origin }: Pick<Device, 'clock' | 'origin'>,
  address: BoxAddress,
  form: LetterForm,
  code?: ReturnCode,
): Destination {
  return {
    lockOf,
    limitsOf,
    merge: mergeDrafts,

    async seal(draft, cipherFor) {
      const { box, invitation, wantsCode } = form.now()
      const { ttlSeconds } = draftTerms(draft)
      if (box === undefined || ttlSeconds === undefined) throw new RangeError('the form lets no such letter through')
      const sender = await generateSigningKey()
      const fresh = code === undefined && wantsCode ? newReturnCode() : undefined
      const sealed = await sealForBox(
        { text: draft.text, files: draft.files.map(dropFile) },
        {
          origin,
          address,
          card: box.card,
          invitation,
          ttlSeconds,
          sender,
          now: clock(),
          returnCode: code ?? fresh,
          largest: box.largest,
          cipherFor,
          onProgress: (work) => form.onProgress(work),
        },
      )
      return { sealed, sender, returnWords: fresh?.words }
    },

    // It ends with the page: nothing on this device says that something was sent.
    async finish({ keepsDraft, returnWords, sealed, ticket }) {
      const hasCode = sealed.unfinished.letterhead?.reply !== undefined
      form.onSent({ expiresAtMs: ticket.expiresAtMs, words: returnWords, hasCode }, keepsDraft)
    },

    draftOf: ({ terms: { ttlSeconds }, text }, files) => {
      const life = LETTER_LIVES.find((seconds) => seconds >= ttlSeconds)
      return { ...EMPTY_LETTER, text, files, expiry: life === undefined ? EMPTY_LETTER.expiry : String(life) }
    },

    isOwn: ({ terms }) => 'box' in terms && terms.box === address,
  }
}
