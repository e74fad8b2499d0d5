import { MAX_ENTRIES, MAX_PATH_BYTES, MAX_TEXT_BYTES } from '#protocol/limits.ts'
import { cleanNames } from '#client/layout.ts'
import { isShortEnough } from '#client/names.ts'
import { EXIT, Failure } from '../failure.ts'
import { chooseFiles, SAVE_IT, type ChosenPath } from './sources.ts'
import { readInput } from '../terminal/streams.ts'
import { isTyped, say } from '../terminal/terminal.ts'
import { count, formatSize } from '../terminal/format.ts'

/** The message to send. */
export interface Content {
  readonly text: string
  readonly files: readonly ChosenPath[]
}

/** Whether the arguments of a command ask for text from standard input: none does, or `-` among them. */
export function takesText(paths: readonly string[]): boolean {
  return paths.length === 0 || paths.includes('-')
}

/** Reads text and chooses files, as the arguments of a command name them. @throws Failure if there is nothing */
export async function readContent(paths: readonly string[]): Promise<Content> {
  const isText = takesText(paths)
  const named = paths.filter((path) => path !== '-')
  const files = await chooseFiles(named, isText ? MAX_FILES - 1 : MAX_FILES, isText ? ' besides text' : '')
  const text = isText ? await readText() : ''
  if (text === '' && files.length === 0) throw new Failure('there is nothing to send', { exitCode: EXIT.usage })
  tellNames(files, text !== '')
  return { text, files }
}

/** Says which files go under another name than theirs. @throws Failure for one whose name is longer than an archive takes */
function tellNames(files: readonly ChosenPath[], hasText: boolean): void {
  const own = files.map(({ file }) => file.name)
  const names = cleanNames(
    files.map(({ file }) => file),
    hasText,
  )
  const long = names.findIndex((name) => !isShortEnough(name))
  if (long !== -1)
    throw new Failure(`cannot send ${own[long] ?? ''}: with its folders its name has over ${MAX_PATH_BYTES} bytes`, {
      hint: 'send the folder that it lies in by itself, or pack it first: tar -cf files.tar …',
    })
  const renamed = names.flatMap((name, index) => (name === own[index] ? [] : [`${own[index] ?? ''} goes as ${name}`]))
  for (const sentence of renamed.slice(0, MOST_TOLD)) say(sentence)
  if (renamed.length > MOST_TOLD) say(`${count(renamed.length - MOST_TOLD, 'more file')} with names like these`)
}

async function readText(): Promise<string> {
  if (isTyped) say('message, end with Ctrl-D:')
  const bytes = await readInput(MAX_TEXT_BYTES)
  if (bytes === undefined)
    throw new Failure(`too large: text on standard input is at most ${formatSize(MAX_TEXT_BYTES)}`, { hint: SAVE_IT })
  try {
    // The text that comes out must be the text that went in: nothing is stripped, nothing is replaced.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new Failure('standard input is not text', { hint: 'save it as a file, and send that', cause })
  }
}

/** Without text, which is an entry as well: the archive's own two are added. docs/protocol.md §3.2. */
const MAX_FILES = MAX_ENTRIES - 2

/** Renamed files that are named one by one. */
const MOST_TOLD = 20
