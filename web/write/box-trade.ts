import { LETTER_LIVES } from '#client/lives.ts'
import type { WriteTarget } from '#client/box/address-link.ts'
import { newReturnCode, type ReturnCode } from '#client/box/return.ts'
import { sealForBox } from '#client/box/write.ts'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { draftTerms } from '../draft.ts'
import { dropFile } from '../effects/file-source.ts'
import type { Trade } from '../effects/trade.ts'
import type { WriteTools } from './write-act.ts'
import { EMPTY_LETTER } from './write-state.ts'

/**
 * Drops for a box.
 * @param code - what answers come to, where the sender has one already; else a new one is made for who wants one
 */
export function boxTrade({ device, dispatch, state }: WriteTools, { address }: WriteTarget, code?: ReturnCode): Trade {
  return {
    async seal(draft, cipherFor) {
      const { box, desk, target, wantsCode } = state()
      const { ttlSeconds } = draftTerms(draft)
      if (box === undefined || ttlSeconds === undefined) throw new RangeError('the form lets no such letter through')
      const sender = await generateSigningKey()
      const fresh = code === undefined && wantsCode ? newReturnCode() : undefined
      const sealed = await sealForBox(
        { text: draft.text, files: draft.files.map(dropFile) },
        {
          origin: device.origin,
          address,
          card: box.card,
          invitation: target.invitation,
          ttlSeconds,
          sender,
          now: device.clock(),
          returnCode: code ?? fresh,
          largest: box.largest,
          cipherFor,
          onProgress: (work) => {
            if (desk.main.at === 'compose') dispatch({ type: 'desk', event: { type: 'worked', work } })
          },
        },
      )
      return { sealed, sender, returnWords: fresh?.words }
    },

    async finish({ keepsDraft = false, returnWords, sealed, sender, ticket }) {
      const hasCode = sealed.unfinished.letterhead?.reply !== undefined
      const letter = { expiresAtMs: ticket.expiresAtMs, words: returnWords, hasCode }
      dispatch({ type: 'letter-sent', letter, keepsDraft })
      // It ends with the page: nothing on this device says that something was sent.
      return { ticket, sender }
    },

    draftOf: ({ terms: { ttlSeconds }, text }, files) => {
      const life = LETTER_LIVES.find((seconds) => seconds >= ttlSeconds)
      return { ...EMPTY_LETTER, text, files, expiry: life === undefined ? EMPTY_LETTER.expiry : String(life) }
    },

    isOwn: ({ terms }) => 'box' in terms && terms.box === address,
  }
}
