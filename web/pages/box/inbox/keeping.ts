import { timeToForget } from '#client/clocks.ts'
import { signingKeyFromSeed } from '#client/crypto/keys.ts'
import { endOfUpload } from '#client/upload-end.ts'
import type { DropId } from '#protocol/id.ts'
import { MAX_TTL_SECONDS } from '#protocol/limits.ts'
import { serverOf } from '../../../platform/server.ts'
import { draftTerms } from '../../../send/draft.ts'
import { endOf as endOfLife, summaryOf, type Outbox } from '../../../send/outbox.ts'
import { answerLock, EMPTY_ANSWER_DRAFT } from '../../../send/to-thread.ts'
import { isEmptyAnswer, type Answer } from './answer-state.ts'
import { formatKept, parseKept, keptName, type KeptAnswer, type KeptDraft, type KeptUpload } from './kept-answer.ts'
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
  /** Keeps the means to go on with the answer in parts to a drop. */
  outboxOf(drop: DropId): Outbox
  /** It has arrived: on its way off the disk when this returns. */
  forgetSent(drop: DropId): Promise<void>
  /** The box is locked: nothing of it stays in memory. */
  stop(): void
}

export function makeKeeping(tools: InboxTools): Keeping {
  const { dispatch, room, session, state } = tools
  const { device } = room
  /** Drops whose drafts are not on the disk as they are. */
  const typed = new Set<DropId>()
  let isWaiting = false

  return {
    load,
    follow(event) {
      switch (event.type) {
        case 'answer':
          if (event.event.type === 'drafted' || event.event.type === 'upload-ended') noteTyped(event.drop)
          return
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
    outboxOf,
    async forgetSent(drop) {
      forgetDraft(drop)
      await forgetUpload(drop)
    },
    stop() {
      typed.clear()
    },
  }

  function outboxOf(drop: DropId): Outbox {
    const lasts = (): 'for good' | 'with the page' => (session.beside.isLasting ? 'for good' : 'with the page')
    let sentPart = 0
    return {
      missing: 'elsewhere',
      async keep({ sealed: { unfinished }, seed }, isResumed) {
        if (isResumed) return lasts()
        if (seed === undefined) return undefined
        try {
          await keep({ kind: 'upload', drop, unfinished, seed, untilMs: endOfLife(device.clock()) })
          return lasts()
        } catch {
          return undefined
        }
      },
      // All of them each time: they are small, and lie apart from what may be megabytes of text.
      journal: (unfinished) => ({ keep: () => keep({ kind: 'journal', drop, unfinished, sentPart }) }),
      note: async (_, part) => void (sentPart = part),
      async all() {
        const kept = await findAll()
        const found = kept.find((each): each is KeptUpload => each.kind === 'upload' && each.drop === drop)
        if (found === undefined) return []
        const { sentPart: part, upload } = withJournal(found, kept)
        const { seed, unfinished, untilMs } = upload
        return [{ unfinished, untilMs, sentPart: part, sender: await signingKeyFromSeed(seed) }]
      },
      forget: () => forgetUpload(drop),
    }
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
      // An answer that another tab is sending is none of this one's: it would be sent twice.
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
    const draft = { ...EMPTY_ANSWER_DRAFT, text, expiry: String(terms.ttlSeconds) }
    const interrupted = { ...summaryOf(unfinished), sentPart, untilMs }
    return device.ifFree(answerLock(drop), async () => {
      dispatch({ type: 'answer-restored', drop, draft, wanted: [], interrupted })
    })
  }

  /** @param overBy - the time by which what it answers has expired, if it has */
  function showDraft(kept: KeptDraft, overBy: number): void {
    const { drop, files: wanted, text, ttlSeconds } = kept
    if (endOf(kept) <= overBy) return forgetDraft(drop)
    const draft = { ...EMPTY_ANSWER_DRAFT, text, expiry: String(ttlSeconds) }
    dispatch({ type: 'answer-restored', drop, draft, wanted })
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
      const answer = answerTo(state(), drop)
      if (isEmptyAnswer(answer)) void forget({ kind: 'draft', drop })
      else void keepDraft(drop, answer)
    }
    typed.clear()
  }

  async function keepDraft(drop: DropId, { desk: { draft }, wanted }: Answer): Promise<void> {
    const names = new Set(draft.files.map(({ name }) => name))
    const files = [...draft.files, ...wanted.filter(({ name }) => !names.has(name))]
    const { ttlSeconds = MAX_TTL_SECONDS } = draftTerms(draft)
    try {
      // The later of what is known: a clock that is behind is not to make a draft old.
      const atMs = Math.max(device.clock(), session.state().serial * 1_000)
      await keep({ kind: 'draft', drop, atMs, text: draft.text, ttlSeconds, files })
      if (session.beside.isLasting) dispatch({ type: 'answer-kept', drop, draft, wanted })
    } catch {
      // The page asks before it is left, as long as it is not kept.
    }
  }

  function forgetDraft(drop: DropId): void {
    typed.delete(drop)
    void forget({ kind: 'draft', drop })
  }

  async function forgetUpload(drop: DropId): Promise<void> {
    await Promise.all([forget({ kind: 'upload', drop }), forget({ kind: 'journal', drop })])
  }

  function keep(kept: KeptAnswer): Promise<void> {
    return session.beside.keep(keptName(kept), formatKept(kept))
  }

  async function forget(kept: Pick<KeptAnswer, 'kind' | 'drop'>): Promise<void> {
    try {
      await session.beside.forget(keptName(kept))
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
