import type { FaultCode } from '../pages/box/fault.ts'
import { between } from './between.ts'

/** Each fault, the state of the data, and the next step. */
export const boxFaults: Readonly<Record<FaultCode, string>> = {
  offline: 'The server could not be reached. Nothing is lost; try again when you are connected.',
  try_later: 'The server is not ready. Nothing is lost; try again in a moment.',
  lost: 'The server has lost it: the sealed bytes are gone there. Trying again does not help. Ask the sender to send it again.',
  gone: 'There is nothing behind this any more. A reader code works once and for seven days; ask for a new one.',
  outdated:
    'The server holds newer keys of this box: another device of yours has published them. Try again; if that does not help, compare the clocks of both devices.',
  not_proved:
    'The server did not accept this device as the owner or a reader of the box. Check that the clock of this device is right.',
  clock_wrong:
    'The clocks of this device and of the server are more than a day apart, so nothing was published, changed or deleted. Set the clock of this device right and try again; if it is right, tell whoever runs the server.',
  keys_kept:
    'Old keys could not be deleted, because the server did not say what time it is. They stay on this device until then: unlock the box again later, with a connection.',
  reader_ended:
    'This device is not on the list of readers any more: its keys have run out, or the owner has removed it. It opens nothing that comes from now on. To read again, make a new reader code under “Readers”, and give it to the owner.',
  too_large: 'That is more than this server takes.',
  open_failed: 'That did not open it. Check the passphrase; nothing counts how often you try.',
  bad_code: 'This is no reader code for this box. Copy all of it, from “sdreader1” to its end.',
  bad_address: 'This is no address of a box. Copy all of it, from “sdbox1” to its end.',
  bad_card: 'The server answered with keys that this box’s owner did not sign. They were not used.',
  bad_answer:
    'The server gave an answer that this page does not understand. Nothing is lost; reload the page in another tab to get its newest version.',
  ...between('Nothing is lost.'),
  refused: 'The server refused that. Nothing is lost; reload the page in another tab to get its newest version.',
  no_name: 'Type a name: one line, at most 80 characters, and none that cannot be seen.',
  no_passphrase: 'Type a passphrase, or take one that is suggested.',
  hopeless_passphrase:
    'Whoever gets hold of this device or file finds that at once. Choose at least eight characters that nobody expects, or take the words that are suggested.',
  long_passphrase: 'That is too long for a passphrase: up to 4,096 bytes fit, about as many letters.',
  unlike: 'The two are not the same. Type the passphrase once more.',
  bad_phrase: 'These are not the 24 words of a box. One of them is misspelt, missing or in another’s place.',
  no_file: 'Choose the backup file first.',
  bad_number: 'Choose whole numbers: at least one message, and at most a year.',
  here: 'This box is on this device already. Unlock it; or remove it here first, if it is to be replaced.',
  elsewhere: 'This box lives on another server. Open the page of that server, and do it there.',
  readers_full: 'A box has eight readers at most. Remove one first.',
  invitations_full: 'A box has a hundred invitations at most. Revoke one first, or wait until one ends.',
  not_kept: 'This browser could not keep it: it may be out of space. What was kept before is still there.',
  forgotten: 'This box is not open any more. Unlock it again.',
  passkey_declined: 'No passkey was used. The passphrase works as before; you can try again.',
  passkey_unfit:
    'This passkey cannot protect a box: where it is kept, it gives no key to seal with. The passphrase protects it, as before.',
  broken: 'A part of this page could not be loaded, or has a fault. Nothing is lost; try again when you are connected.',
  insecure:
    'This page was opened over http, without encryption, and browsers let no such page seal or open anything. Open it at its https:// address.',
  unsupported: 'This browser lacks what boxes need (Ed25519). Use a newer browser, or the command line.',
}

/** The times of both clocks. */
export function clockTimes(own: string, server: string): string {
  return `This device says ${own}; the server says ${server}.`
}
