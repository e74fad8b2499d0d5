import { shownTime } from '#client/server-time.ts'
import type { VNode } from 'preact'
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { useFoundFocus } from '../../../kit/found-focus.ts'
import type { PageTools } from '../../../platform/page-tools.ts'
import type { BoxSession } from '../session.ts'
import { boxOf, controllerOf } from './controller.ts'
import { ItemScreen } from './item.tsx'
import { keepPlace, placeIn, type RowPlace } from './place.ts'
import { ItemsScreen } from './list.tsx'

export interface InboxProps {
  readonly session: BoxSession
  readonly tools: PageTools
  /** Tells a screen reader, without moving anything. */
  readonly announce: (text: string) => void
}

/** The contents of an open box: its list, or one drop of it. Below a heading of the first level, which is the room's. */
export function Inbox({ announce, session, tools }: InboxProps): VNode | null {
  const desk = useMemo(() => controllerOf(session, tools), [session, tools])
  const [, redraw] = useState(0)
  const sayRef = useRef(announce)
  /** Where the list stood before the change that is about to be drawn. */
  const placeRef = useRef<RowPlace | undefined>(undefined)
  const around = useFoundFocus()
  useLayoutEffect(() => {
    sayRef.current = announce
  }, [announce])
  // At once: a change between a drawing and an effect after it would be on no screen.
  useLayoutEffect(
    () =>
      desk.enter({
        onChange: () => {
          placeRef.current ??= placeIn(around.current)
          redraw((count) => count + 1)
        },
        announce: (text) => sayRef.current(text),
      }),
    [around, desk],
  )
  const { newestSeq } = desk.state().list
  useLayoutEffect(() => {
    if (placeRef.current !== undefined) keepPlace(placeRef.current)
  }, [newestSeq])
  useLayoutEffect(() => {
    placeRef.current = undefined
  })
  const box = boxOf(session)
  // Locked a moment ago: the room is about to show something else.
  if (box === undefined) return null
  const props = { act: desk.act, box, now: shownTime(tools.device, tools.device.clock()), state: desk.state() }
  const { shown } = props.state
  return (
    <section class="inbox" ref={around}>
      {shown === undefined ? (
        <ItemsScreen {...props} />
      ) : (
        <ItemScreen key={shown.item.drop} {...props} shown={shown} device={tools.device} />
      )}
    </section>
  )
}
