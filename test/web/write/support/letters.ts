import { collectParts, openItem } from '#client/box/inbox.ts'
import { memoryStaging } from '#client/staging.ts'
import { write as words } from '../../../../web/copy/write.ts'
import { boxServer, type BoxServer } from '../../../kit/box-server.ts'
import { newBox, type TestBox } from '../../../kit/boxes.ts'
import { until, type Visit } from './room.tsx'

/** A box of three readers on a server that holds it. */
export async function published(): Promise<{ box: TestBox; server: BoxServer }> {
  const box = await newBox(3)
  const server = boxServer()
  server.cards.set(box.address, box.jws)
  return { box, server }
}

export async function arrive(page: Visit): Promise<void> {
  await until(() => page.heading() === words.title('The newsroom'))
}

export const message = ({ box }: Visit): string => box.querySelector<HTMLTextAreaElement>('#message')?.value ?? ''

export const codeOf = ({ box }: Visit): string[] =>
  Array.from(box.querySelectorAll('.code-words li'), ({ textContent }) => textContent ?? '')

/** The messages that an owner's device finds in the box. */
export async function read({ accesses, address }: TestBox, server: BoxServer): Promise<string[]> {
  const [access] = accesses
  if (access === undefined) throw new Error('nobody reads it')
  const texts: string[] = []
  for (const item of server.lists.get(address) ?? []) {
    texts.push((await openItem(collectParts(server, access, item, memoryStaging()), access, item)).text)
  }
  return texts
}
