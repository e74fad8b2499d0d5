import { generateSigningKey } from '#client/crypto/keys.ts'
import { LINK_LIVES } from '#client/lives.ts'
import { seal } from '#client/send.ts'
import { MIN_READS } from '#protocol/limits.ts'
import type { StoredSent } from '../platform/store.ts'
import type { SendTools } from './send-state.ts'
import type { Destination } from './destination.ts'
import { CUSTOM, draftTerms, mergeDrafts, READS } from './draft.ts'
import { dropFile } from './file-source.ts'
import { limitsOf } from './limits.ts'
import { LINK_UPLOADS } from './outbox.ts'
import { Sealing, type Uploader } from './sealing.ts'

/** The page for links. */
export interface LinkForm {
  /** An upload is about to be shown, whatever page is read. */
  onBegun(): void
  /** @param sent - kept by the sender, for as long as the page is open at least */
  onSealed(drop: SealedLink, keepsDraft: boolean, sent: StoredSent): void
}

/** A drop for a link that the server holds whole. */
export interface SealedLink {
  readonly link: string
  /** `''` if it needs none, or if the page does not know it any more. */
  readonly passphrase: string
  readonly needsPassphrase: boolean
  readonly expiresAtMs: number
  readonly reads: number
  /** Whether its ticket is kept by this browser, or ends with the page. */
  readonly isKept: boolean
}

/** The sealing of messages for a link, and their destination. @param uploading - the uploader of those in parts, to that destination */
export function linkSealing(
  tools: SendTools,
  uploading: (destination: Destination) => Promise<Uploader>,
  form: LinkForm,
): { readonly sealing: Sealing; readonly destination: Destination } {
  const destination = toLink(tools, form)
  return { destination, sealing: new Sealing(tools, () => uploading(destination), destination) }
}

/** Messages for the holder of a link. */
export function toLink(tools: SendTools, form: LinkForm): Destination {
  const { device, dispatch, state, stretch } = tools
  return {
    ...LINK_UPLOADS,
    limitsOf,
    merge: mergeDrafts,
    begun: () => form.onBegun(),

    // The code that judges it is loaded for people who ask for one.
    async findFault({ passphrase }) {
      if (passphrase === undefined) return undefined
      const { judgePassphrase } = await import('#client/passphrase.ts')
      return judgePassphrase(passphrase, 'ten') === 'hopeless' ? { at: 'passphrase' } : undefined
    },

    async seal(draft, cipherFor) {
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
    },

    /** Keeps what the sender keeps, and shows the link. */
    async finish({ draft, keepsDraft, sealed: { link }, sender, ticket }) {
      const drop: StoredSent = { ticket, sender }
      const isKept = await keep(tools, drop)
      const { expiresAtMs, needsPassphrase, reads } = ticket
      // Of one that was resumed nobody here knows it.
      const passphrase = draft.passphrase ?? ''
      form.onSealed({ link, passphrase, needsPassphrase, expiresAtMs, reads, isKept }, keepsDraft, drop)
    },

    draftOf: ({ terms, text, ticket }, files) => {
      const { ttlSeconds } = terms
      const reads = 'reads' in terms ? terms.reads : MIN_READS
      return {
        text,
        files,
        expiry: LINK_LIVES.includes(ttlSeconds) ? String(ttlSeconds) : CUSTOM,
        customExpiry: String(Math.ceil(ttlSeconds / 60)),
        customUnit: 'minutes',
        reads: READS.includes(reads) ? String(reads) : CUSTOM,
        customReads: String(reads),
        // It is asked for again: nobody here knows it.
        passphrase: ticket.needsPassphrase ? '' : undefined,
      }
    },
  }
}

async function keep({ store }: SendTools, drop: StoredSent): Promise<boolean> {
  try {
    const kept = await store()
    await kept.keepSent(drop)
    return kept.isLasting
  } catch {
    return false
  }
}
