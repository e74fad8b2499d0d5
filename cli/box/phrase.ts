import { constants, lstatSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { utf8 } from '#protocol/bytes.ts'
import { DropError } from '#protocol/error.ts'
import { parsePhrase, type Phrase } from '#client/box/root.ts'
import { randomBytes, type Random } from '#client/crypto/random.ts'
import { describeSystemError, Failure } from '../failure.ts'
import { createSecretFile } from '../state/files.ts'
import { formatWords } from '../send/letter.ts'
import { readSecretLine } from '../terminal/secrets.ts'
import { askTerminal, askPasted, say } from '../terminal/terminal.ts'
import { misused } from '../command.ts'

/**
 * Looks where a phrase is to go.
 * @returns the phrase that a command has left there which was stopped before it had made the box; `undefined` if nothing is there
 * @throws Failure if something else is there: a phrase is never written over anything, and never to standard output
 */
export function checkPhraseFile(path: string): Phrase | undefined {
  if (path === '-') throw misused('--phrase-file takes the name of a new file')
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return undefined
  const left = readWritten(path)
  if (left === undefined) throw somethingThere(path)
  return left
}

/** Writes a phrase into a new file that only its owner can read. */
export function writePhrase(path: string, phrase: Phrase): void {
  let isNew: boolean
  try {
    isNew = createSecretFile(resolve(path), utf8(`${formatWords(phrase)}\n`))
  } catch (cause) {
    throw new Failure(`cannot write the phrase: ${describeSystemError(cause)}: ${path}`, { cause })
  }
  if (!isNew) throw somethingThere(path)
}

/** A phrase exactly as `writePhrase` leaves it, in a file that nobody else could have written or read. */
function readWritten(path: string): Phrase | undefined {
  try {
    const { mode, size, uid } = lstatSync(path)
    const isOwn = (mode & FILE_TYPE_AND_OTHERS) === REGULAR_FILE && uid === process.getuid?.()
    if (!isOwn || size > MAX_PHRASE_BYTES) return undefined
    const text = readFileSync(path, 'utf8')
    const phrase = parsePhrase(text)
    return phrase !== undefined && text === `${formatWords(phrase)}\n` ? phrase : undefined
  } catch {
    return undefined
  }
}

function somethingThere(path: string): Failure {
  return new Failure(`there is something already: ${path}`, { hint: 'a phrase goes into a file of its own, a new one' })
}

/** A phrase: from the only line of a file, or typed. @throws DropError `bad_code` */
export async function takePhrase(path: string | undefined): Promise<Phrase> {
  const isWhole = (words: string): boolean => parsePhrase(words) !== undefined
  const text =
    path === undefined ? await askPasted('The 24 words', HINT, isWhole) : await readSecretLine(path, 'phrase')
  const phrase = parsePhrase(text)
  if (phrase === undefined) throw new DropError('bad_code')
  return phrase
}

/** Shows a phrase once, and asks for three of its words: a person who has not written it down finds out now. */
export async function teachPhrase(phrase: Phrase): Promise<void> {
  say('these 24 words are all that brings the box back without a backup: write them down, on paper')
  for (;;) {
    await askTerminal('When they are written down, press Enter', HINT, { lines: inColumns(phrase) })
    const asked = chooseThree(phrase.words.length)
    const wrong: number[] = []
    for (const at of asked) {
      const word = await askTerminal(`Word ${at + 1}`, HINT)
      if (word.trim().toLowerCase() !== phrase.words[at]) wrong.push(at)
    }
    if (wrong.length === 0) return
    say('that is not what was shown; here they are again')
  }
}

/** Three different places, in their order. */
export function chooseThree(count: number, random: Random = randomBytes): number[] {
  const chosen = new Set<number>()
  while (chosen.size < 3) chosen.add((random(1)[0] ?? 0) % count)
  return [...chosen].toSorted((a, b) => a - b)
}

/** Two columns: a narrow terminal has room for them. */
function inColumns({ words }: Phrase): string[] {
  const half = words.length / 2
  const cell = (at: number): string => `${`${at + 1}`.padStart(2)}. ${(words[at] ?? '').padEnd(9)}`
  return Array.from({ length: half }, (_, row) => `  ${cell(row)}  ${cell(row + half)}`)
}

const HINT = 'use --phrase-file FILE'

/** 24 words of at most 8 letters, and what stands between them. */
const MAX_PHRASE_BYTES = 216

const REGULAR_FILE = constants.S_IFREG

/** The kind of file it is, and the rights that others than its owner have. */
const FILE_TYPE_AND_OTHERS = constants.S_IFMT | constants.S_IRWXG | constants.S_IRWXO
