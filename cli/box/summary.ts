import { lifeOfCard } from '#protocol/epoch.ts'
import { formatBoxLink } from '#client/box/address-link.ts'
import type { BoxState } from '#client/box/state.ts'
import { letterCapacity } from '#client/capacity.ts'
import { readerName } from '../sent/drop-status.ts'
import { print, printJson, say, visible } from '../terminal/terminal.ts'
import { formatDate, sizeAtMost } from '../terminal/format.ts'

/** How a box stands, as `--json` tells it. No secret is in it. */
export interface BoxSummary {
  readonly box: string
  readonly link: string
  readonly name: string
  readonly server: string
  readonly role: 'owner' | 'reader'
  readonly readers: readonly ReaderOfBox[]
  /** ISO 8601: until then somebody can write, and this computer reads it, whatever happens. `null` before the first card. */
  readonly published: string | null
  readonly largest: number
  readonly invitationOnly: boolean
  /** ISO 8601, or `null` if there is none. */
  readonly backup: string | null
}

interface ReaderOfBox {
  readonly name: string
  /** As `box reader remove` takes it. */
  readonly key: string
  readonly isThis: boolean
}

/**
 * The summary that the state alone gives. A reader who is no owner keeps no list of readers: the caller has it from the card.
 */
export function summarize(state: BoxState, own: string): BoxSummary {
  const { box, origin, name, readers, terms, lastEpoch, backedUpAtMs } = state
  return {
    box,
    link: formatBoxLink(origin, box),
    name,
    server: origin,
    role: state.phrase === undefined ? 'reader' : 'owner',
    readers: readers.map((each) => ({
      name: each.name,
      key: readerName(each.key),
      isThis: readerName(each.key) === own,
    })),
    published: state.serial === 0 ? null : iso(lifeOfCard(lastEpoch).notAfter * 1_000),
    largest: terms.largest,
    invitationOnly: terms.invitation,
    backup: backedUpAtMs === undefined ? null : iso(backedUpAtMs),
  }
}

/** In words, for a person. */
export function describeSummary(standing: BoxSummary): string {
  const { box, link, name, role, readers, published, largest, invitationOnly, backup } = standing
  const lines = [
    `${name}${role === 'owner' ? '' : ', of which this computer is a reader'}`,
    `address    ${box}`,
    `link       ${link}`,
    ...readers.map(
      (each, at) =>
        `${at === 0 ? 'readers' : ''.padEnd(7)}    ${each.name} (${each.key}${each.isThis ? ', this computer' : ''})`,
    ),
    `takes      up to ${sizeAtMost(letterCapacity(largest))} of text and files${invitationOnly ? ', by invitation' : ''}`,
    `keys       ${published === null ? 'not published: sealdrop box renew' : `published until ${formatDate(Date.parse(published))}`}`,
    `backup     ${backup === null ? 'none: sealdrop box backup FILE' : `made ${formatDate(Date.parse(backup))}`}`,
  ]
  return visible(`${lines.join('\n')}\n`)
}

/** Prints where people write to a box that is new here. */
export async function announceBox(state: BoxState, json: boolean): Promise<void> {
  const link = formatBoxLink(state.origin, state.box)
  const published = iso(lifeOfCard(state.lastEpoch).notAfter * 1_000)
  await (json ? printJson({ box: state.box, link, name: state.name, published }) : print(`${link}\n`))
  // Only its owner publishes it.
  if (state.phrase !== undefined)
    say(`${state.name} is published until ${formatDate(Date.parse(published))}, and longer whenever you unlock it`)
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
