import { join } from 'node:path'
import type { Notebook } from '../notebook.ts'
import { practiseBoxes } from './boxes.ts'
import { practiseCommands } from './commands.ts'
import { practiseLinks } from './links.ts'
import { practisePage } from './page.ts'
import { newPerson, noteLoopback, type Person } from './person.ts'

/**
 * Lets people use everything, over HTTP, with the client code that the page and the command use.
 * @param place.root - the top folder of the product whose command is run. @param place.folder - for their own files
 */
export async function practise(
  origin: string,
  notebook: Notebook,
  place: { readonly root: string; readonly folder: string; readonly withPage: boolean },
): Promise<readonly Person[]> {
  const people = NAMES.map((name, number) => newPerson(name, number, origin, notebook))
  noteLoopback(notebook)
  const [ana, ben, cem, dora, ede, fritz, gül, ida] = people
  if (!ana || !ben || !cem || !dora || !ede || !fritz || !gül || !ida) throw new Error('somebody is missing')
  const [box] = await Promise.all([
    practiseBoxes({ owner: cem, readers: [dora, ede, fritz, ben], source: ana }),
    practiseLinks(ana, ben),
    practiseCommands({ person: gül, folder: join(place.folder, 'terminal'), root: place.root }),
  ])
  if (place.withPage) await practisePage(ida, box)
  return people
}

const NAMES = ['Ana', 'Ben', 'Cem', 'Dora', 'Ede', 'Fritz', 'Gül', 'Ida']
