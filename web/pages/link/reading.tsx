import type { VNode } from 'preact'
import type { LinkReading } from '../../read/link-reading.ts'
import { Damaged } from './damaged.tsx'
import { Gone } from './gone.tsx'
import { Looking } from './looking.tsx'
import { Open } from './open.tsx'
import { Opened } from './opened.tsx'
import { Receiving } from './receiving.tsx'
import { Unreadable } from './unreadable.tsx'
import type { ViewProps } from './props.ts'

/** The screens for the holder of a link: one piece, because each of them leads to the next. */
export function Reading({ main, ...props }: ViewProps & { main: LinkReading }): VNode {
  switch (main.at) {
    case 'damaged':
      return <Damaged />
    case 'looking':
      return <Looking {...props} main={main} />
    case 'open':
      return <Open {...props} main={main} />
    case 'receiving':
      return <Receiving {...props} main={main} />
    case 'opened':
      return <Opened {...props} main={main} />
    case 'gone':
      return <Gone {...props} main={main} />
    case 'unreadable':
      return <Unreadable {...props} main={main} />
  }
}
