// All talk with people and pipes. The rules:
//   - Standard output carries the result and nothing else: a link, a message, a report.
//   - A question goes to the terminal itself, wherever the standard streams lead, and is erased afterwards.
//     Secrets are not echoed.
//   - Everything else goes to standard error, with "sealdrop:" before it: no capitalized initials, no period at the end.
//   - Progress is shown only if standard error is a terminal that can erase it, and is erased afterwards.
//   - Text of other people reaches a terminal only with its control characters made visible.
//   - Colour only on a terminal, and not with NO_COLOR.
import { closeSync, openSync, writeSync } from 'node:fs'
import { constants } from 'node:os'
import { ReadStream } from 'node:tty'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { replaceHidden } from '#protocol/hidden.ts'
import { describeSystemError, EXIT, Failure } from '../failure.ts'
import { readLine, type TypedText } from './keys.ts'
import { isDiscarded, syncFile, writeWhole } from './streams.ts'

/** Whether a person sees standard output. */
export const isSeen: boolean = process.stdout.isTTY

/** Whether the terminal would show what others obey: nothing can be painted or erased. */
const isDumb = process.env['TERM'] === 'dumb'

/** Whether a person types standard input. */
export const isTyped: boolean = process.stdin.isTTY

// A stream that nobody reads any more says so twice: to the writer, and here. Once is enough.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

/**
 * Writes a result, and returns when the reader has been handed it all.
 * @throws Failure if it could not be written whole: closed pipe, full disk.
 */
export async function print(text: string): Promise<void> {
  eraseProgress()
  try {
    await writeWhole(process.stdout, text)
    syncFile(process.stdout.fd)
  } catch (cause) {
    throw new Failure(`cannot write to standard output: ${describeSystemError(cause)}`, { cause })
  }
}

/**
 * Writes what is given out once: a link, a code, what was sealed.
 * @throws Failure as `print`; and where standard output is closed, or discarded by the program that started this command
 */
export async function printOnce(text: string): Promise<void> {
  if (isDiscarded(process.stdout.fd)) throw new Failure('cannot write to standard output: it is closed')
  await print(text)
}

/** Writes one object as JSON, on one line. @param write - `print` or `printOnce`. */
export function printJson(value: unknown, write: typeof print = print): Promise<void> {
  return write(`${formatJson(value)}\n`)
}

/** JSON that is harmless on a terminal. @param spaces - by which each level is set in; 0 is one line. */
export function formatJson(value: unknown, spaces = 0): string {
  return showHidden(JSON.stringify(value, undefined, spaces), (character) =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  )
}

/** Tells the person something, on one line: the name of a file must not look like a second sentence of ours. */
export function say(sentence: string): void {
  eraseProgress()
  process.stderr.write(`sealdrop: ${visible(sentence).replace(/\r?\n/g, '\\u{a}')}\n`)
}

/** Whether somebody sees a line that changes. */
export function isShowing(): boolean {
  return process.stderr.isTTY && !isDumb
}

/**
 * Shows how far it is, over what was shown before. A line that is too long is cut, where there is a comma after one: two
 * lines could not be erased.
 */
export function showProgress(words: string): void {
  if (!isShowing()) return
  const most = (process.stderr.columns || FEW_COLUMNS) - 1
  const line = Array.from(`sealdrop: ${words}`)
  const cut = line.slice(0, most + 1).lastIndexOf(',')
  process.stderr.write(`${ERASE_LINE}${line.slice(0, line.length <= most || cut === -1 ? most : cut).join('')}`)
  isShown = true
}

/** Erases the progress. */
export function eraseProgress(): void {
  if (isShown) process.stderr.write(ERASE_LINE)
  isShown = false
}

/** Paints the secret half of a link, if a person sees it. */
export function paintLink(link: string): string {
  const isPlain = !isSeen || isDumb || (process.env['NO_COLOR'] ?? '') !== ''
  return isPlain ? link : link.replace(/#.*$/, '\x1b[32m$&\x1b[39m')
}

/** Text with what a terminal obeys, and what turns or hides letters, made visible. Line ends and tabs stay. */
export function visible(text: string): string {
  return showHidden(text, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
}

/** Line ends and tabs are seen by what they do. */
function showHidden(text: string, write: (character: string) => string): string {
  const lines = text.split('\r\n')
  return lines.map((line) => replaceHidden(line, (each) => (/[\n\t]/.test(each) ? each : write(each)))).join('\r\n')
}

/**
 * Asks the person at the terminal for a secret, without echo.
 * @param hint - how to give it where there is no terminal.
 * @throws Failure if there is no terminal, or nothing was typed.
 */
export async function askSecret(question: string, hint: string, keepsLines = false): Promise<string> {
  const answer = await askTerminal(question, hint, { keepsLines })
  if (answer === '') throw new Failure('nothing was typed', { exitCode: EXIT.usage })
  // A terminal of another encoding: every letter but those of ASCII would have become this one.
  if (answer.includes('\ufffd')) throw new Failure('what was typed is not UTF-8', { exitCode: EXIT.usage, hint })
  return answer
}

/**
 * The same for what people copy and paste: programs for mail break it over lines, of which a terminal hands over one at a
 * time. A text that is not whole yet goes on with the next line, until an empty one.
 * @param isWhole - whether nothing is missing in a text
 */
export async function askPasted(question: string, hint: string, isWhole: (text: string) => boolean): Promise<string> {
  let answer = await askSecret(question, hint, true)
  while (!isWhole(answer)) {
    const more = await askTerminal(`${question}, the rest of it, or Enter`, hint, { keepsLines: true })
    if (more.trim() === '') break
    answer += `\n${more}`
  }
  return answer
}

/**
 * Asks before an act that cannot be undone.
 * @param isAgreed - with `--yes`.
 * @throws Failure for any answer but yes, and where there is no terminal
 */
export async function agree(isAgreed: boolean, question: string): Promise<void> {
  if (isAgreed || /^y(es)?$/i.test((await askTerminal(`${question} (y/n)`, 'use --yes')).trim())) return
  throw new Failure('nothing was done')
}

/** Whether there is a terminal to ask on, wherever the standard streams lead. */
export function hasTerminal(): boolean {
  try {
    closeSync(openSync(TERMINAL, 'w'))
    return true
  } catch {
    return false
  }
}

/**
 * Asks the person at the terminal, without echo.
 * @param options.lines - shown above the question, and erased with it: short, for what is wrapped would not be erased whole.
 * @param options.keepsLines - whether what is pasted is one answer, however many lines it has: as far as the terminal tells.
 * @returns the typed text, `''` for nothing
 */
export async function askTerminal(
  question: string,
  hint: string,
  { lines = [], keepsLines = false }: { readonly lines?: readonly string[]; readonly keepsLines?: boolean } = {},
): Promise<string> {
  eraseProgress()
  let output: number
  let input: ReadStream
  try {
    output = openSync(TERMINAL, 'w')
    input = new ReadStream(openSync(TERMINAL, 'r'))
  } catch (cause) {
    throw new Failure(`there is no terminal to ask: ${question}`, { exitCode: EXIT.usage, hint, cause })
  }
  const [bracket, unbracket] = keepsLines && !isDumb ? [BRACKET_PASTES, LEAVE_PASTES] : ['', '']
  const take = (): void => {
    input.setRawMode(true)
    writeSync(output, `${bracket}${lines.map((line) => `${line}\r\n`).join('')}${question}: `)
  }
  const giveBack = (): void => {
    input.setRawMode(false)
    if (unbracket !== '') writeSync(output, unbracket)
  }
  restore = giveBack
  let isSuspending = false
  const takeBack = (): void => {
    writeSync(output, '\r\n')
    take()
  }
  // A program that stopped this command from elsewhere, and had the terminal meanwhile, has left it as a shell needs it.
  const resume = (): void => {
    if (isSuspending) return
    input.setRawMode(false)
    takeBack()
  }
  process.on('SIGCONT', resume)
  let typed: TypedText
  try {
    take()
    const suspend = async (): Promise<void> => {
      giveBack()
      isSuspending = true
      // The whole group, as a terminal does: the program that started this command waits for it.
      process.kill(0, 'SIGTSTP')
      await sleep(SUSPENDING_MS)
      // By then SIGCONT has been heard too: taken back twice, the terminal would show for a moment what is typed.
      await nextTurn()
      isSuspending = false
      takeBack()
    }
    typed = await readLine(typedAhead, keysFrom(input), suspend, keepsLines)
  } finally {
    process.off('SIGCONT', resume)
    giveBack()
    restore = undefined
    input.destroy()
    writeSync(output, isDumb ? '\n' : lines.length === 0 ? ERASE_LINE : `\r\x1b[${lines.length}A\x1b[J`)
    closeSync(output)
  }
  if (typed.state === 'typed') return typed.text
  endBy(typed.by)
  throw new Failure('interrupted')
}

/** The sentences for a signal that ends the command from now on: how to go on, or how to undo it. */
export function sayOnSignals(sentences: readonly string[]): void {
  lastWords = sentences
}

/** The work for a signal that ends the command from now on: done at once, and without failing. */
export function undoOnSignals(undo: () => void): void {
  lastDeed = undo
}

/**
 * Leaves the terminal as it was when a signal ends the command; and ends it when the program that started it and waits for it
 * is gone.
 */
export function restoreOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) process.once(signal, () => endBy(signal))
  process.once('disconnect', () => endBy('SIGHUP'))
  process.channel?.unref()
}

/** Ends the command as this signal ends one that does not mind it. */
function endBy(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT'): void {
  process.removeAllListeners(signal)
  lastDeed()
  restore?.()
  eraseProgress()
  for (const sentence of lastWords) say(sentence)
  // Else the system may write all that is in memory into a file.
  if (signal === 'SIGQUIT') process.exit(128 + constants.signals.SIGQUIT)
  // By the signal itself, so that a shell sees what it was.
  process.kill(process.pid, signal)
}

/** The keys of a terminal, as they come. */
function keysFrom(input: ReadStream): () => Promise<string | undefined> {
  input.setEncoding('utf8')
  return () =>
    new Promise((resolve) => {
      input.once('data', (chunk) => resolve(String(chunk)))
      input.once('end', () => resolve(undefined))
    })
}

/** Keys pressed before they were asked for: several answers may be pasted at once. */
const typedAhead: string[] = []

/** Leaves the terminal as it was, while a question is open. */
let restore: (() => void) | undefined

let lastWords: readonly string[] = []

let lastDeed = (): void => undefined

let isShown = false

/** Milliseconds: by then a signal to oneself has arrived. */
const SUSPENDING_MS = 50

/** Of a terminal that does not say how wide it is. */
const FEW_COLUMNS = 80

const TERMINAL = '/dev/tty'

/** Has a terminal put marks around what is pasted, or leave that. One that does not know it ignores it. XTerm, "Bracketed Paste Mode". */
const BRACKET_PASTES = '\x1b[?2004h'
const LEAVE_PASTES = '\x1b[?2004l'

const ERASE_LINE = '\r\x1b[K'
