import { DropError } from '#protocol/error.ts'
import { countLinks, readLink, type LinkSecret } from '#client/link.ts'
import { judgePassphrase, type Tries } from '#client/passphrase.ts'
import { EXIT, Failure } from '../failure.ts'
import { readInput, readNamed } from './streams.ts'
import { askPasted, askSecret, isTyped, say } from './terminal.ts'
import { MAX_PASSPHRASE_BYTES } from '#protocol/limits.ts'
import { misused } from '../command.ts'

/**
 * The link that a command was given: as an argument, on standard input for `-`, or typed where nobody sees it.
 * @throws DropError `bad_link` if it is damaged: no server is asked then
 */
export async function takeLink(argument: string | undefined): Promise<WholeLink> {
  return wholeLink(await linkText(argument))
}

/** A link, and the server that it leads to. */
export interface WholeLink {
  readonly origin: string
  readonly secret: LinkSecret
}

/**
 * The link in a text.
 * @throws DropError `bad_link` if there is none, or its code is not whole; Failure if there are several, or the server is not named
 */
export function wholeLink(text: string): WholeLink {
  const { origin, secret } = readLink(text) ?? {}
  if (origin !== undefined && secret !== undefined) return { origin, secret }
  if (secret !== undefined)
    throw new Failure('this link does not name its server: only its code is whole', {
      exitCode: EXIT.usage,
      hint: 'nothing was asked of any server; put the address of the server before the code, as in https://drop.example/#sdlink1…',
    })
  if (countLinks(text) < 2) throw new DropError('bad_link')
  throw new Failure('there are several links in this text', {
    exitCode: EXIT.usage,
    hint: 'nothing was asked of any server; give one of them at a time',
  })
}

/**
 * The passphrase in a file.
 * @param path - `-` for standard input. One line; its end is not part of the passphrase.
 */
export async function readPassphrase(path: string): Promise<string> {
  return readSecretLine(path, 'passphrase')
}

/** The only line of a file. @param what - it holds: for the sentence. @throws Failure for any other file */
export async function readSecretLine(path: string, what: string): Promise<string> {
  const most = MAX_PASSPHRASE_BYTES + LINE_END_BYTES
  const bytes = await readNamed(path, most)
  const text = bytes === undefined ? undefined : decode(bytes, what).replace(/\r?\n$/, '')
  if (text === undefined || Buffer.byteLength(text) > MAX_PASSPHRASE_BYTES) throw tooLong(what)
  if (text !== '' && !text.includes('\n')) return text
  const article = articleOf(what)
  throw new Failure(`${article} ${what} file holds one line, the ${what}`, { exitCode: EXIT.usage })
}

/** The text of a file that somebody has put a link or an address into, as it was sent to them. @param what - it holds: for the sentence */
export async function readPasted(path: string, what: string): Promise<string> {
  const bytes = await readNamed(path, MAX_PASTED_BYTES)
  if (bytes !== undefined && bytes.length > 0) return decode(bytes, what)
  throw new Failure(`${articleOf(what)} ${what} file holds the ${what}, and little else`, { exitCode: EXIT.usage })
}

/**
 * A code as somebody keeps it: from the only line of a file, or pasted or typed where nobody sees it.
 * @param what - it is: for the sentences. @param hint - how to give it where there is no terminal.
 * @param isWhole - whether nothing of it is missing in a text
 */
export async function takeCode(
  path: string | undefined,
  what: string,
  hint: string,
  isWhole: (text: string) => boolean,
): Promise<string> {
  return path === undefined
    ? askPasted(`${what.charAt(0).toUpperCase()}${what.slice(1)}`, hint, isWhole)
    : readSecretLine(path, what)
}

/** A link, pasted or typed where nobody sees it. @param hint - how to give it where there is no terminal. */
export function askLink(hint: string): Promise<string> {
  return askPasted('Link', hint, (text) => readLink(text) !== undefined)
}

/** The passphrase of a link that needs one: from a file, or typed. `''` for a link that needs none. */
export async function passphraseFor(secret: LinkSecret, path: string | undefined): Promise<string> {
  if (!secret.needsPassphrase) return ''
  return takePassphrase('Passphrase', path)
}

/** A passphrase from a file, or typed. */
export async function takePassphrase(question: string, path: string | undefined): Promise<string> {
  return path === undefined ? notTooLong(await askSecret(question, PASSPHRASE_HINT)) : readPassphrase(path)
}

/** A new passphrase: from a file, or typed twice. @throws Failure for one that anybody would try first */
export async function takeNewPassphrase(
  path: string | undefined,
  { hint, tries = 'any' }: NewPassphrase = {},
): Promise<string> {
  const passphrase = path === undefined ? await askNewPassphrase(hint) : await readPassphrase(path)
  switch (judgePassphrase(passphrase, tries)) {
    case 'hopeless':
      throw new Failure('this passphrase is among the first that anybody tries', { exitCode: EXIT.usage, hint: BETTER })
    case 'weak':
      say(`this passphrase is easy to guess: ${BETTER}`)
      return passphrase
    case 'fair':
      return passphrase
  }
}

export interface NewPassphrase {
  /** How to give it where there is no terminal. */
  readonly hint?: string
  /** How often somebody may try it. */
  readonly tries?: Tries
}

/** Typed twice. */
async function askNewPassphrase(hint: string = PASSPHRASE_HINT): Promise<string> {
  const passphrase = notTooLong(await askSecret('New passphrase', hint))
  if ((await askSecret('The same again', hint)) === passphrase) return passphrase
  throw new Failure('the two passphrases differ', { exitCode: EXIT.usage, hint: 'nothing was done' })
}

async function linkText(argument: string | undefined): Promise<string> {
  if (argument !== undefined && argument !== '-') return argument
  if (isTyped) return askLink('give it on standard input')
  if (argument === undefined) throw misused('a link is missing: give it as an argument, or - for standard input')
  return (await readInput(MAX_PASTED_BYTES))?.toString('utf8') ?? ''
}

function decode(bytes: Uint8Array, what: string): string {
  try {
    // Bytes that are no text would all become the same character, and with it most secrets of random bytes the same secret.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    const hint = 'base64 makes text of random bytes'
    throw new Failure(`${articleOf(what)} ${what} file holds text, in UTF-8`, { exitCode: EXIT.usage, hint, cause })
  }
}

function articleOf(what: string): string {
  return /^[aeiou]/.test(what) ? 'an' : 'a'
}

function notTooLong(passphrase: string): string {
  if (Buffer.byteLength(passphrase) > MAX_PASSPHRASE_BYTES) throw tooLong('passphrase')
  return passphrase
}

function tooLong(what: string): Failure {
  return new Failure(`${articleOf(what)} ${what} has at most ${MAX_PASSPHRASE_BYTES} bytes`, {
    exitCode: EXIT.usage,
  })
}

const BETTER = 'take a few words that have nothing to do with each other'

const PASSPHRASE_HINT = 'use --passphrase-file FILE'

/** Longest text with a link or an address in it that is read, in bytes: a short mail, or what a mail server makes of a link. */
const MAX_PASTED_BYTES = 16_384

/** A carriage return and a line feed. */
const LINE_END_BYTES = 2
