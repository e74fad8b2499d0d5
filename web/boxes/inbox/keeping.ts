import { timeToForget } from '#client/clocks.ts'
import { signingKeyFromSeed } from '#client/crypto/keys.ts'
import type { Unfinished } from '#client/send.ts'
import { endOfUpload } from '#client/upload-end.ts'
import type { DropId } from '#protocol/id.ts'
import { MAX_TTL_SECONDS } from '#protocol/limits.ts'
import { cargoOf } from '../../effects/interrupted.ts'
import { serverOf } from '../../effects/tools.ts'
import type { Interrupted } from '../../uploads.ts'
import { isEmptyAnswer, type AnswerDraft } from './answer-state.ts'
import { answerLock } from './holding.ts'
import { formatKept, parseKept, slipOf, type KeptAnswer, type KeptDraft, type KeptUpload } from './kept-answer.ts'
import { answerTo, type InboxEvent } from './state.ts'
import type { InboxTools } from './tools.ts'

/** Keeps answers that are not sent yet on the device, sealed: what was typed is there again after a lock. */
export interface Keeping {
  /** Shows what is kept in the forms that it was typed into. */
  load(): Promise<void>
  /** Keeps what an event has changed, a moment later: nobody waits for it while they type. */
  follow(event: InboxEvent): void
  /** Keeps at once what has been typed. */
  flush(): void
  /** An answer in parts that came to no end, as it was found. */
  upload(drop: DropId): KeptUpload | undefined
  /** The same as it lies on the device now, with all hashes that any tab has kept. @throws BoxFault `forgotten` */
  findUpload(drop: DropId): Promise<KeptUpload | undefined>
  /** Keeps what it takes to go on with an answer in parts. On the disk when it resolves. @returns whether it is kept */
  keepUpload(upload: KeptUpload): Promise<boolean>
  /** Keeps the hashes of its parts. @param sentPart - from 0 to 1 */
  keepHashes(drop: DropId, unfinished: Unfinished, sentPart: number): Promise<void>
  forgetUpload(drop: DropId): Promise<void>
  /** It has arrived: on its way off the disk when this returns. */
  forgetSent(drop: DropId): Promise<void>
  /** The box is locked: nothing of it stays in memory. */
  stop(): void
}

export function makeKeeping(tools: InboxTools): Keeping {
  const { dispatch, room, session, state } = tools
  const { device } = room
  const uploads = new Map<DropId, KeptUpload>()
  /** Drops whose drafts are not on the disk as they are. */
  const typed = new Set<DropId>()
  let isWaiting = false

  return {
    load,
    follow(event) {
      switch (event.type) {
        case 'answer-drafted':
          return noteTyped(event.drop)
        case 'answer-sent':
        case 'answer-discarded':
          return forgetDraft(event.drop)
        case 'deleted':
          for (const drop of event.drops) {
            forgetDraft(drop)
            void forgetUpload(drop)
          }
          return
        default:
      }
    },
    flush,
    upload: (drop) => uploads.get(drop),
    async findUpload(drop) {
      const kept = await findAll()
      const upload = kept.find((each) => each.kind === 'upload' && each.drop === drop)
      return upload?.kind === 'upload' ? withJournal(upload, kept).upload : undefined
    },
    async keepUpload(upload) {
      uploads.set(upload.drop, upload)
      return keep(upload).then(
        () => true,
        () => false,
      )
    },
    keepHashes: (drop, unfinished, sentPart) => keep({ kind: 'journal', drop, unfinished, sentPart }),
    forgetUpload,
    async forgetSent(drop) {
      forgetDraft(drop)
      await forgetUpload(drop)
    },
    stop() {
      typed.clear()
      uploads.clear()
    },
  }

  async function load(): Promise<void> {
    try {
      const kept = await findAll()
      const overBy = await timeToForget(
        serverOf(room, 0),
        kept.flatMap((each) => (each.kind === 'draft' ? [endOf(each)] : [])),
      )
      const elsewhere = new Set<DropId>()
      for (const each of kept) if (each.kind === 'upload' && !(await showUpload(each, kept))) elsewhere.add(each.drop)
      // What another tab is sending is none of this one's: it would be sent twice.
      for (const each of kept) if (each.kind === 'draft' && !elsewhere.has(each.drop)) showDraft(each, overBy)
      for (const { drop, kind } of kept) if (kind === 'journal' && !isUpload(kept, drop)) await forgetUpload(drop)
    } catch {
      // Locked meanwhile, or the browser does not give it: it is there the next time.
    }
  }

  async function findAll(): Promise<KeptAnswer[]> {
    return (await session.beside.all()).flatMap((text) => parseKept(text) ?? [])
  }

  function isUpload(all: readonly KeptAnswer[], drop: DropId): boolean {
    return all.some((each) => each.kind === 'upload' && each.drop === drop)
  }

  /** @returns whether no other tab is sending it */
  async function showUpload(found: KeptUpload, all: readonly KeptAnswer[]): Promise<boolean> {
    const { drop, seed, untilMs } = found
    const { ticket } = found.unfinished
    if ((await endOfUpload(serverOf(room, 0), ticket, await signingKeyFromSeed(seed), untilMs)) === 'over') {
      await forgetUpload(drop)
      return true
    }
    const { sentPart, upload } = withJournal(found, all)
    const { unfinished } = upload
    const { terms, text } = unfinished
    const interrupted: Interrupted = { ...cargoOf(unfinished), sentPart, untilMs }
    const draft: AnswerDraft = { text, ttlSeconds: terms.ttlSeconds, files: [], wanted: [] }
    return device.ifFree(answerLock(drop), async () => {
      uploads.set(drop, upload)
      dispatch({ type: 'answer-restored', drop, draft, interrupted })
    })
  }

  /** @param overBy - the time by which what it answers has expired, if it has */
  function showDraft(kept: KeptDraft, overBy: number): void {
    const { drop, files: wanted, text, ttlSeconds } = kept
    const isDeleted = session.state().reading.items[drop]?.deletedAtMs !== undefined
    if (isDeleted || endOf(kept) <= overBy) return forgetDraft(drop)
    dispatch({ type: 'answer-restored', drop, draft: { text, ttlSeconds, files: [], wanted } })
  }

  /** When what it answers expires, in milliseconds since 1970. */
  function endOf({ atMs, drop }: KeptDraft): number {
    return session.state().reading.items[drop]?.expiresAtMs ?? atMs + MAX_TTL_SECONDS * 1_000
  }

  function noteTyped(drop: DropId): void {
    typed.add(drop)
    if (isWaiting) return
    isWaiting = true
    void device.wait(KEPT_EVERY_MS).then(() => {
      isWaiting = false
      flush()
    })
  }

  function flush(): void {
    for (const drop of typed) {
      const { draft } = answerTo(state(), drop)
      if (isEmptyAnswer(draft)) void forget({ kind: 'draft', drop })
      else void keepDraft(drop, draft)
    }
    typed.clear()
  }

  async function keepDraft(drop: DropId, draft: AnswerDraft): Promise<void> {
    const { text, ttlSeconds, wanted } = draft
    const names = new Set(draft.files.map(({ name }) => name))
    const files = [...draft.files, ...wanted.filter(({ name }) => !names.has(name))]
    try {
      // The later of what is known: a clock that is behind is not to make a draft old.
      const atMs = Math.max(device.clock(), session.state().serial * 1_000)
      await keep({ kind: 'draft', drop, atMs, text, ttlSeconds, files })
      if (session.beside.isLasting) dispatch({ type: 'answer-kept', drop, draft })
    } catch {
      // The page asks before it is left, as long as it is not kept.
    }
  }

  function forgetDraft(drop: DropId): void {
    typed.delete(drop)
    void forget({ kind: 'draft', drop })
  }

  async function forgetUpload(drop: DropId): Promise<void> {
    uploads.delete(drop)
    await Promise.all([forget({ kind: 'upload', drop }), forget({ kind: 'journal', drop })])
  }

  function keep(kept: KeptAnswer): Promise<void> {
    return session.beside.keep(slipOf(kept), formatKept(kept))
  }

  async function forget(kept: Pick<KeptAnswer, 'kind' | 'drop'>): Promise<void> {
    try {
      await session.beside.forget(slipOf(kept))
    } catch {
      // It goes when its time is over.
    }
  }
}

/** With the hashes that were kept after it was begun. */
function withJournal(upload: KeptUpload, all: readonly KeptAnswer[]): { upload: KeptUpload; sentPart: number } {
  const { drop, unfinished } = upload
  const journal = all.find((each) => each.kind === 'journal' && each.drop === drop)
  const isOwn = journal?.kind === 'journal' && journal.unfinished.dropId === unfinished.dropId
  if (!isOwn) return { upload, sentPart: 0 }
  return {
    upload: { ...upload, unfinished: { ...unfinished, hashes: journal.unfinished.hashes } },
    sentPart: journal.sentPart,
  }
}

/** How long what is typed waits to be kept, in milliseconds. A lock, and a page that is left, keep it at once. */
const KEPT_EVERY_MS = 500
