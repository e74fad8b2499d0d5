import { accessOfState } from '#client/box/access.ts'
import { noteRead } from '#client/box/notes.ts'
import { memoryDisk } from '../../../platform/disk.ts'
import { FromBox } from '../../../read/from-box.ts'
import { diskThatWorks } from '../../../read/read-flow.ts'
import { inbox as words } from '../../../copy/inbox.ts'
import { checkReaders } from './checking-readers.ts'
import type { AboutItem, InboxFault } from './state.ts'
import { inboxFaultOf, note, tidyNotes, type InboxTools } from './tools.ts'

/** Reads the items of an open box. The parts of an item that have come in when it is left, or the page, stay on this device, sealed. */
export function readItems(tools: InboxTools): FromBox<AboutItem, InboxFault> {
  const { announce, dispatch, room, session, state } = tools
  return new FromBox<AboutItem, InboxFault>(
    {
      tools: room,
      isLasting: true,
      keepsParts: () => true,
      isTransfer: () => true,
      access: async () => accessOfState(session.state()),
      async disk({ parts }) {
        if (parts === 1) return undefined
        return (await room.store()).isLasting ? diskThatWorks(room) : memoryDisk(room.device)
      },
      about: async ({ isThreadForged, readers, reply, thread }) => ({
        thread,
        answering: isThreadForged ? 'forged' : reply === undefined ? 'none' : 'open',
        readers: await checkReaders(tools, readers),
      }),
      async opened(item, message) {
        const isNoted = await note(tools, (box) => noteRead(box, item, message, room.device.clock()))
        announce(isNoted ? words.opened : words.notNoted)
        void tidyNotes(tools)
      },
      faultOf: inboxFaultOf,
      announce,
    },
    (phase) => {
      dispatch({ type: 'read', phase })
      const drop = state().shown?.item.drop
      if (phase.at === 'gone' && drop !== undefined) dispatch({ type: 'vanished', drops: [drop] })
    },
  )
}
