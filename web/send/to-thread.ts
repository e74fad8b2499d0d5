import { sealAnswer } from '#client/box/write.ts'
import { signingKeyFromSeed } from '#client/crypto/keys.ts'
import { randomBytes } from '#client/crypto/random.ts'
import { LETTERHEAD_BYTES } from '#client/layout.ts'
import type { Progress } from '#client/server.ts'
import type { BoxAddress } from '#protocol/address.ts'
import type { DropId } from '#protocol/id.ts'
import { MAX_TTL_SECONDS } from '#protocol/limits.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import type { Device } from '../platform/device.ts'
import type { Destination, Finished } from './destination.ts'
import { draftTerms, EMPTY_DRAFT, type Draft } from './draft.ts'
import { dropFile } from './file-source.ts'
import { limitsOf } from './limits.ts'

/** Where an answer goes. */
export interface ReplyTo {
  readonly key: PublicKey
  readonly age: string
}

/** The form of an answer. */
export interface AnswerForm {
  /** The drop that is answered. */
  readonly drop: DropId
  /** @throws once the box is locked */
  now(): { readonly from: BoxAddress; readonly to: ReplyTo }
  onProgress(work: Progress): void
  onSent(finished: Finished): Promise<void>
}

/** An answer that nobody has begun. */
export const EMPTY_ANSWER_DRAFT: Draft = { ...EMPTY_DRAFT, expiry: String(MAX_TTL_SECONDS) }

/** Answers, for the holder of the return code of a thread. */
export function toThread({ clock, origin }: Pick<Device, 'clock' | 'origin'>, form: AnswerForm): Destination {
  return {
    // Held by the tab that sends an answer to this drop: there is one at a time.
    lockOf: () => answerLock(form.drop),
    // An answer says of itself where it belongs.
    limitsOf: (largest) => limitsOf(largest, undefined, LETTERHEAD_BYTES),
    isOwn: () => true,
    // Its text has been in the form all the time.
    merge: ({ files }, now) => ({ ...now, files }),

    async seal(draft, cipherFor) {
      const { from, to } = form.now()
      const { ttlSeconds } = draftTerms(draft)
      if (ttlSeconds === undefined) throw new RangeError('the form lets no such answer through')
      // A key that cannot be exported could not be sealed under the vault's key.
      const seed = randomBytes(SEED_BYTES)
      const sender = await signingKeyFromSeed(seed)
      const sealed = await sealAnswer(
        { text: draft.text, files: draft.files.map(dropFile) },
        { origin, to, from, ttlSeconds, sender, now: clock(), cipherFor, onProgress: (work) => form.onProgress(work) },
      )
      return { sealed, sender, seed }
    },

    finish: (finished) => form.onSent(finished),

    draftOf: ({ terms: { ttlSeconds }, text }, files) => ({
      ...EMPTY_ANSWER_DRAFT,
      text,
      files,
      expiry: String(ttlSeconds),
    }),
  }
}

export function answerLock(drop: DropId): string {
  return `sealdrop answer ${drop}`
}

const SEED_BYTES = 32
