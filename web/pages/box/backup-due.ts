import type { BoxState } from '#client/box/state.ts'

/** How old a backup may become while keys are renewed, in milliseconds (30 days). */
const OLD_BACKUP_MS = 2_592_000_000

/**
 * Whether a box is to be saved again: there is no backup of it with these readers, or it is old and keys were published since.
 * @param now - milliseconds since 1970.
 */
export function isBackupDue({ backedUpAtMs, serial }: Pick<BoxState, 'backedUpAtMs' | 'serial'>, now: number): boolean {
  if (backedUpAtMs === undefined) return true
  // By a clock that was ahead: nobody knows how old it is.
  if (backedUpAtMs > now) return true
  // A serial is the second of its publication, or later.
  return serial * 1_000 > backedUpAtMs && now - backedUpAtMs > OLD_BACKUP_MS
}
