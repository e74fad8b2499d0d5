import type { RefObject } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { Item } from '#protocol/box-api.ts'
import type { DropId } from '#protocol/id.ts'

/** Gives the focus back to the row of the item that was on the screen before the list. */
export function useRowFocus(rows: RefObject<HTMLElement | null>, left: DropId | undefined): void {
  useLayoutEffect(() => {
    if (left === undefined) return
    const row = rows.current?.querySelector<HTMLElement>(`[data-drop="${left}"]`)
    const heading = rows.current?.closest('section')?.querySelector<HTMLElement>('h2')
    const target = row ?? heading
    target?.focus()
  }, [rows, left])
}

/**
 * Gives the focus to the first row that came by a press below the list, in place of the button: the way through the list by
 * keyboard goes on there. @returns the function to call at the press
 */
export function useNextRow(rows: RefObject<HTMLElement | null>, items: readonly Item[]): () => void {
  const lastRef = useRef<Item | undefined>(undefined)
  useLayoutEffect(() => {
    const last = lastRef.current
    if (last === undefined || last === items.at(-1)) return
    lastRef.current = undefined
    const { activeElement, body } = document
    const next = items[items.indexOf(last) + 1]
    // The button is gone after the last page. A focus that has moved on meanwhile stays there.
    const isHere = activeElement === null || activeElement === body || activeElement.closest('.older') !== null
    if (!isHere || next === undefined) return
    rows.current?.querySelector<HTMLElement>(`[data-drop="${next.drop}"]`)?.focus({ preventScroll: true })
  }, [rows, items])
  return () => {
    lastRef.current = items.at(-1)
  }
}

/** A row that is in sight, and how far below the upper edge, in pixels. */
export interface RowPlace {
  readonly row: Element
  readonly top: number
}

/** The row in the middle of the window; `undefined` where the beginning of the list is: there new rows push it down. */
export function placeIn(around: Element | null): RowPlace | undefined {
  const first = around?.querySelector('.items > li')
  if (first === null || first === undefined || first.getBoundingClientRect().top >= 0) return undefined
  const row = document.elementFromPoint(innerWidth / 2, innerHeight / 2)?.closest('.items > li')
  return row === null || row === undefined ? undefined : { row, top: row.getBoundingClientRect().top }
}

/** Puts a row back to where it was, after others have come in above it. Not every browser does it by itself. */
export function keepPlace({ row, top }: RowPlace): void {
  if (row.isConnected) scrollBy({ top: row.getBoundingClientRect().top - top, behavior: 'instant' })
}
