import { timeToForget } from '#client/clocks.ts'
import { signingKeyFromSeed } from '#client/crypto/keys.ts'
import { endOfUpload } from '#client/upload-end.ts'
import type { DropId } from '#protocol/id.ts'
import { MAX_TTL_SECONDS } from '#protocol/limits.ts'
import { serverOf } from '../../../platform/server.ts'
import { draftTerms } from '../../../send/draft.ts'
import { endOf as endOfLife, summaryOf, type Outbox } from '../../../send/outbox.ts'
import { answerLock, EMPTY_ANSWER_DRAFT } from '../../../send/to-thread.ts'
import { isEmptyAnswer, type AnswerState } from './answer-state.ts'
import {
  formatKept,
  parseKept,
  keptName,
  type KeptAnswer,
  type KeptDraft,
  type KeptAnswerUpload,
} from './kept-answer.ts'
import { answerTo, type InboxEvent } from './state.ts'
import type { InboxTools } from './tools.ts'

/** Keeps answers that are not sent yet on the device, sealed: what was typed is there again after a lock. */
export class Keeping {
  readonly #tools: InboxTools
  readonly #kept: KeptAnswers
  /** Drops whose drafts are not on the disk as they are. */
  readonly #typed = new Set<DropId>()
  #isWaiting = false

  constructor(tools: InboxTools) {
    this.#tools = tools
    this.#kept = new KeptAnswers(tools)
  }

  /** Shows what is kept in the forms that it was typed into. */
  async load(): Promise<void> {
    try {
      const kept = await this.#kept.all()
      const overBy = await timeToForget(
        serverOf(this.#tools.room, 0),
        kept.flatMap((each) => (each.kind === 'draft' ? [this.#endOf(each)] : [])),
      )
      const elsewhere = new Set<DropId>()
      for (const each of kept)
        if (each.kind === 'upload' && !(await this.#showUpload(each, kept))) elsewhere.add(each.drop)
      // An answer that another tab is sending is none of this one's: it would be sent twice.
      for (const each of kept) if (each.kind === 'draft' && !elsewhere.has(each.drop)) this.#showDraft(each, overBy)
      for (const { drop, kind } of kept)
        if (kind === 'journal' && !isUpload(kept, drop)) await this.#kept.forgetUpload(drop)
    } catch {
      // Locked meanwhile, or the browser does not give it: it is there the next time.
    }
  }

  /** Keeps what an event has changed, a moment later: nobody waits for it while they type. */
  follow(event: InboxEvent): void {
    switch (event.type) {
      case 'answer':
        if (event.event.type === 'drafted' || event.event.type === 'upload-ended') this.#noteTyped(event.drop)
        return
      case 'answer-sent':
      case 'answer-discarded':
        return this.#forgetDraft(event.drop)
      case 'deleted':
        for (const drop of event.drops) void this.forgetSent(drop)
        return
      default:
    }
  }

  /** Keeps at once what has been typed. */
  flush(): void {
    for (const drop of this.#typed) {
      const answer = answerTo(this.#tools.state(), drop)
      if (isEmptyAnswer(answer)) void this.#kept.forget({ kind: 'draft', drop })
      else void this.#keepDraft(drop, answer)
    }
    this.#typed.clear()
  }

  /** Keeps the means to go on with the answer in parts to a drop. */
  outboxOf(drop: DropId): Outbox {
    return this.#kept.outboxOf(drop)
  }

  /** It has arrived: on its way off the disk when this returns. */
  async forgetSent(drop: DropId): Promise<void> {
    this.#forgetDraft(drop)
    await this.#kept.forgetUpload(drop)
  }

  /** The box is locked: nothing of it stays in memory. */
  stop(): void {
    this.#typed.clear()
  }

  /** @returns whether no other tab is sending it */
  async #showUpload(found: KeptAnswerUpload, all: readonly KeptAnswer[]): Promise<boolean> {
    const { dispatch, room } = this.#tools
    const { drop, seed, untilMs } = found
    const { ticket } = found.unfinished
    if ((await endOfUpload(serverOf(room, 0), ticket, await signingKeyFromSeed(seed), untilMs)) === 'over') {
      await this.#kept.forgetUpload(drop)
      return true
    }
    const { sentPart, upload } = withJournal(found, all)
    const { unfinished } = upload
    const { terms, text } = unfinished
    const draft = { ...EMPTY_ANSWER_DRAFT, text, expiry: String(terms.ttlSeconds) }
    const interrupted = { ...summaryOf(unfinished), sentPart, untilMs }
    return room.device.ifFree(answerLock(drop), async () => {
      dispatch({ type: 'answer-restored', drop, draft, wanted: [], interrupted })
    })
  }

  /** @param overBy - the time by which what it answers has expired, if it has */
  #showDraft(kept: KeptDraft, overBy: number): void {
    const { drop, files: wanted, text, ttlSeconds } = kept
    if (this.#endOf(kept) <= overBy) return this.#forgetDraft(drop)
    const draft = { ...EMPTY_ANSWER_DRAFT, text, expiry: String(ttlSeconds) }
    this.#tools.dispatch({ type: 'answer-restored', drop, draft, wanted })
  }

  /** When what it answers expires, in milliseconds since 1970. */
  #endOf({ atMs, drop }: KeptDraft): number {
    return this.#tools.session.state().reading.items[drop]?.expiresAtMs ?? atMs + MAX_TTL_SECONDS * 1_000
  }

  #noteTyped(drop: DropId): void {
    this.#typed.add(drop)
    if (this.#isWaiting) return
    this.#isWaiting = true
    void this.#tools.room.device.wait(KEPT_EVERY_MS).then(() => {
      this.#isWaiting = false
      this.flush()
    })
  }

  async #keepDraft(drop: DropId, { desk: { draft }, wanted }: AnswerState): Promise<void> {
    const { dispatch, room, session } = this.#tools
    const names = new Set(draft.files.map(({ name }) => name))
    const files = [...draft.files, ...wanted.filter(({ name }) => !names.has(name))]
    const { ttlSeconds = MAX_TTL_SECONDS } = draftTerms(draft)
    try {
      // The later of what is known: a clock that is behind is not to make a draft old.
      const atMs = Math.max(room.device.clock(), session.state().serial * 1_000)
      await this.#kept.keep({ kind: 'draft', drop, atMs, text: draft.text, ttlSeconds, files })
      if (session.beside.isLasting) dispatch({ type: 'answer-kept', drop, draft, wanted })
    } catch {
      // The page asks before it is left, as long as it is not kept.
    }
  }

  #forgetDraft(drop: DropId): void {
    this.#typed.delete(drop)
    void this.#kept.forget({ kind: 'draft', drop })
  }
}

/** Answers beside the vault of a box, sealed as it is. */
class KeptAnswers {
  readonly #session: InboxTools['session']
  readonly #clock: () => number

  constructor({ room: { device }, session }: InboxTools) {
    this.#session = session
    this.#clock = () => device.clock()
  }

  async all(): Promise<KeptAnswer[]> {
    return (await this.#session.beside.all()).flatMap((text) => parseKept(text) ?? [])
  }

  keep(kept: KeptAnswer): Promise<void> {
    return this.#session.beside.keep(keptName(kept), formatKept(kept))
  }

  async forget(kept: Pick<KeptAnswer, 'kind' | 'drop'>): Promise<void> {
    try {
      await this.#session.beside.forget(keptName(kept))
    } catch {
      // It goes when its time is over.
    }
  }

  async forgetUpload(drop: DropId): Promise<void> {
    await Promise.all([this.forget({ kind: 'upload', drop }), this.forget({ kind: 'journal', drop })])
  }

  /** The unfinished upload of the answer to a drop. */
  outboxOf(drop: DropId): Outbox {
    const lasts = (): 'for good' | 'with the page' => (this.#session.beside.isLasting ? 'for good' : 'with the page')
    let sentPart = 0
    return {
      missing: 'elsewhere',
      keep: async ({ sealed: { unfinished }, seed }, isResumed) => {
        if (isResumed) return lasts()
        if (seed === undefined) return undefined
        try {
          await this.keep({ kind: 'upload', drop, unfinished, seed, untilMs: endOfLife(this.#clock()) })
          return lasts()
        } catch {
          return undefined
        }
      },
      // All of them each time: they are small, and apart from what may be megabytes of text.
      journal: (unfinished) => ({ keep: () => this.keep({ kind: 'journal', drop, unfinished, sentPart }) }),
      note: async (_, part) => void (sentPart = part),
      all: async () => {
        const kept = await this.all()
        const found = kept.find((each): each is KeptAnswerUpload => each.kind === 'upload' && each.drop === drop)
        if (found === undefined) return []
        const { sentPart: part, upload } = withJournal(found, kept)
        const { seed, unfinished, untilMs } = upload
        return [{ unfinished, untilMs, sentPart: part, sender: await signingKeyFromSeed(seed) }]
      },
      forget: () => this.forgetUpload(drop),
    }
  }
}

function isUpload(all: readonly KeptAnswer[], drop: DropId): boolean {
  return all.some((each) => each.kind === 'upload' && each.drop === drop)
}

/** With the hashes that were kept after it was begun. */
function withJournal(
  upload: KeptAnswerUpload,
  all: readonly KeptAnswer[],
): { upload: KeptAnswerUpload; sentPart: number } {
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
