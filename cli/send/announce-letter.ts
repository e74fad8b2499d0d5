import { formatWords, type Letter } from './letter.ts'
import { print, printJson, printOnce, say } from '../terminal/terminal.ts'
import { rememberSerial } from './known-cards.ts'

/** Tells that a drop has arrived in a box, and gives out its return code. */
export async function announceLetter(
  { to, name, readers, serial, returnCode }: Letter,
  order: {
    /** Name of the ticket of what is still kept: resuming it prints everything again. */
    readonly again: string
    /** Milliseconds since 1970. */
    readonly expiresAtMs: number
    readonly json: boolean
  },
): Promise<void> {
  const { again, expiresAtMs, json } = order
  if (serial !== undefined) rememberSerial(to, serial)
  const words = returnCode === undefined ? undefined : formatWords(returnCode)
  const expires = new Date(expiresAtMs).toISOString()
  try {
    if (json)
      await printJson({ to, name, readers, expires, returnCode: words }, words === undefined ? print : printOnce)
    else if (words !== undefined) await printOnce(`${words}\n`)
  } catch (error) {
    if (words !== undefined)
      say(`the drop is in the box, and its return code could not be printed: sealdrop resume ${again} prints it`)
    throw error
  }
  if (words !== undefined)
    say('write these words down: only with them you see answers (sealdrop return), and nothing here remembers them')
}
