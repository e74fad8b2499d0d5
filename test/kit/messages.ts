import * as fc from 'fast-check'
import type { DropFile, Message } from '#client/archive.ts'
import { memorySource } from '#client/source.ts'
import { utf8, type Bytes } from '#protocol/bytes.ts'

/** Text as UTF-8 can hold it: a half of a surrogate pair has no bytes. */
export const anyText = fc.oneof(
  fc.constant(''),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.string({ unit: 'binary', maxLength: 200 }).map((text) => text.toWellFormed()),
  fc.constantFrom('\ufeffbegins with a mark', 'a\r\nb\0c', 'سلام 👩\u200d🚀'),
)

const anyFile: fc.Arbitrary<DropFile> = fc.record({
  name: fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 150 }),
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.constantFrom(
      'message.txt',
      '.sealdrop/token',
      '.Sealdrop/x',
      'con',
      'a',
      'a/b',
      'A',
      '../../x',
      'n'.repeat(300),
      'é'.repeat(60),
      `${'n'.repeat(97)}👩/${'文'.repeat(80)}/${'d'.repeat(250)}/x`,
      `${'Д'.repeat(120)}/решение`,
      `${'д'.repeat(120)}/решение`,
      '.sealdrop／meta.json',
    ),
  ),
  type: fc.oneof(fc.constant(''), fc.constantFrom('text/plain', 'application/pdf'), fc.string({ maxLength: 30 })),
  modifiedAtMs: fc.oneof(
    fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => seconds * 1_000),
    fc.constantFrom(Number.NaN, -1, 1.5, Infinity, 8.64e15),
  ),
  source: fc.uint8Array({ maxLength: 2_000 }).map((bytes) => memorySource(new Uint8Array(bytes))),
})

export const anyMessage: fc.Arbitrary<Message> = fc.record({
  text: anyText,
  files: fc.array(anyFile, { maxLength: 8 }),
})

/** A file that holds these bytes, or this text. */
export function fileOf(name: string, content: Bytes | string, type = ''): DropFile {
  const bytes = typeof content === 'string' ? utf8(content) : content
  return { name, type, modifiedAtMs: 1_800_000_000_000, source: memorySource(bytes) }
}

/** A message without files. */
export function textMessage(text: string): Message {
  return { text, files: [] }
}

/** A message with its files in memory, to compare. */
export async function wholeOf({ text, files }: Message): Promise<WholeMessage> {
  return {
    text,
    files: await Promise.all(
      files.map(async ({ source, ...file }) => ({ ...file, bytes: await source.read(0, source.size) })),
    ),
  }
}

/** A message that was sealed or opened, all of it in memory. */
export interface WholeMessage {
  readonly text: string
  readonly files: readonly (Omit<DropFile, 'source'> & { readonly bytes: Bytes })[]
}
