import { shownTime } from '#client/server-time.ts'
import { checkDrop, reopenDrop, revokeDrop, type DropReport } from '#client/sender.ts'
import type { Server } from '#client/server.ts'
import { utf8 } from '#protocol/bytes.ts'
import { isDropError } from '#protocol/error.ts'
import type { DropId } from '#protocol/id.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import { listedStatuses, sent as words } from '../../copy/sent.ts'
import { listedStatusOf, isLive } from './sent-list.ts'
import type { Known } from '../../platform/store.ts'
import type { StoredSent } from '../../platform/store.ts'
import { LOOK_PATIENCE_MS, serverOf } from '../../platform/server.ts'
import type { Tools } from './tools.ts'

export interface SentEffects {
  list(): Promise<void>
  check(dropId: DropId): Promise<void>
  checkAll(): Promise<void>
  burn(dropId: DropId): Promise<void>
  reopen(dropId: DropId, reader: PublicKey): Promise<void>
  /** Saves what proves that a drop was claimed and opened, as the server last showed it. */
  saveProof(dropId: DropId): Promise<void>
  forget(dropIds: readonly DropId[]): Promise<void>
}

export function makeSent(tools: Tools): SentEffects {
  const { dispatch, device, store } = tools
  let drops: StoredSent[] = []
  const now = (): number => shownTime(device, device.clock())

  return {
    async list() {
      const kept = await store()
      drops = await kept.sent()
      dispatch({ type: 'store-found', isLasting: kept.isLasting })
      // Keys that sign stay here; what is drawn needs none.
      dispatch({ type: 'listed', drops: drops.map(({ ticket, known }) => ({ ticket, known })) })
    },
    check,
    async checkAll() {
      const live = drops.filter(isLive)
      await Promise.all(live.map(({ ticket }) => check(ticket.dropId)))
    },
    burn: (dropId) => ask(dropId, (server, drop) => revokeDrop(server, drop.ticket, drop.sender)),
    reopen: (dropId, reader) => ask(dropId, (server, drop) => reopenDrop(server, drop.ticket, drop.sender, reader)),
    async saveProof(dropId) {
      const drop = drops.find(({ ticket }) => ticket.dropId === dropId)
      const { formatProof, makeProof, provedReceipts } = await import('#client/proof-file.ts')
      const proof = drop && makeProof(drop.ticket, provedReceipts(drop.known?.report?.claims ?? []))
      if (proof === undefined) return
      device.save('sealdrop-proof.json', utf8(formatProof(proof)))
      dispatch({ type: 'announced', text: words.proofSaved })
    },
    async forget(dropIds) {
      const kept = await store()
      for (const dropId of dropIds) await kept.forgetSent(dropId)
      drops = drops.filter(({ ticket }) => !dropIds.includes(ticket.dropId))
      dispatch({ type: 'list-forgot', dropIds })
      dispatch({ type: 'announced', text: words.forgotten })
    },
  }

  function check(dropId: DropId): Promise<void> {
    return ask(dropId, (server, drop) => checkDrop(server, drop.ticket, drop.sender))
  }

  async function ask(dropId: DropId, act: (server: Server, drop: StoredSent) => Promise<DropReport>): Promise<void> {
    const drop = drops.find(({ ticket }) => ticket.dropId === dropId)
    if (drop === undefined) return
    dispatch({ type: 'list-worked', dropIds: [dropId] })
    try {
      await learn(drop, {
        isGone: false,
        report: await act(serverOf(tools, LOOK_PATIENCE_MS), drop),
        atMs: now(),
      })
    } catch (error) {
      if (!isDropError(error) || error.code !== 'gone') return dispatch({ type: 'list-failed', dropId })
      // Expiry takes the server's memory with it. Its earlier statements, and proofs, stay here.
      await learn(drop, { atMs: now(), isGone: true, report: drop.known?.report })
    }
  }

  async function learn(drop: StoredSent, known: Known): Promise<void> {
    const { dropId } = drop.ticket
    const next = { ...drop, known }
    drops = drops.map((each) => (each.ticket.dropId === dropId ? next : each))
    await (await store()).keepSent(next).catch(() => dispatch({ type: 'store-found', isLasting: false }))
    dispatch({ type: 'list-reported', dropId, known })
    dispatch({ type: 'announced', text: listedStatuses[listedStatusOf(next, now())] })
  }
}
