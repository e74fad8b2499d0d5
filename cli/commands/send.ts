import { createReadStream, statSync } from 'node:fs'
import { basename } from 'node:path'
import { DropError } from '#protocol/error.ts'
import { MAX_ENTRIES, PART_BYTES } from '#protocol/limits.ts'
import type { DropFile, Message } from '#client/archive.ts'
import { stretch } from '#client/crypto/argon2.ts'
import { signingKeyFromSeed } from '#client/crypto/keys.ts'
import { randomBytes } from '#client/crypto/random.ts'
import { deposit, seal, type Ticket } from '#client/send.ts'
import { connect, nameServer, onProgress, PATIENCE_MS } from '../connect.ts'
import { describeSystemError, EXIT, Failure, type ExitCode } from '../failure.ts'
import { misused, parseLife, parseOptions, parseReads, parseServer } from '../options.ts'
import { askNewPassphrase, readPassphrase } from '../secrets.ts'
import { isTyped, paintLink, print, printJson, readInput, say, showProgress } from '../terminal.ts'
import { forgetTicket, keepTicket, replaceTicket } from '../tickets.ts'
import { count, formatReads, formatSize, formatTime } from '../words.ts'

/** Seals text or files, deposits them, and prints the link. */
export async function send(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = parseOptions(args, OPTIONS, Number.POSITIVE_INFINITY)
  const { passphrase: isAsked, 'passphrase-file': passphraseFile } = values
  const ttlSeconds = parseLife(values.expires)
  const reads = parseReads(values.reads)
  const origin = parseServer(values.server)
  const paths = positionals.filter((path) => path !== '-')
  const takesText = positionals.length === 0 || paths.length < positionals.length
  if (isAsked && passphraseFile !== undefined) throw misused('--passphrase and --passphrase-file exclude each other')
  if (takesText && passphraseFile === '-') throw misused('standard input cannot be both message and passphrase')
  const mostFiles = takesText ? MAX_FILES - 1 : MAX_FILES
  if (paths.length > mostFiles)
    throw misused(`a drop holds at most ${mostFiles} files${takesText ? ' besides text' : ''}`)

  const message = { text: takesText ? await readText() : '', files: await readFiles(paths) }
  if (message.text === '' && paths.length === 0) throw new Failure('there is nothing to send', { exitCode: EXIT.usage })
  const passphrase =
    passphraseFile !== undefined ? await readPassphrase(passphraseFile) : isAsked ? await askNewPassphrase() : ''

  const seed = randomBytes(32)
  const sender = await signingKeyFromSeed(seed)
  const terms = { origin, sender, ttlSeconds, reads, passphrase }
  const sealed = await seal(message, { ...terms, stretch, now: Date.now(), onProgress })
  // Before the deposit: a drop that is out there can be revoked whatever happens to this process.
  const name = keepTicket({ ticket: sealed.ticket, seed })
  let ticket: Ticket
  try {
    showProgress('sending…')
    // What comes in is a short receipt: nobody needs to see how much of it.
    ticket = await deposit(
      connect(origin, PATIENCE_MS.send),
      sealed,
      (now) => now.stage !== 'receiving' && onProgress(now),
    )
  } catch (error) {
    // Nobody will ever have the link.
    forgetTicket(name)
    throw nameServer(error, origin, UNREACHED)
  }
  const { expiresAtMs } = ticket
  try {
    const result = { link: sealed.link, ticket: name, expires: new Date(expiresAtMs).toISOString(), reads }
    await (values.json ? printJson(result) : print(`${paintLink(sealed.link)}\n`))
  } catch (error) {
    say(`the drop is out there and its link is lost; end it with: sealdrop revoke ${name}`)
    throw error
  } finally {
    // After the link, which counts more: if this fails, the ticket that was kept before still serves.
    replaceTicket(name, { ticket, seed })
  }
  say(`sealed ${describe(message)}; opens ${formatReads(reads)}, until ${formatTime(expiresAtMs)}`)
  if (passphrase !== '') say('the link opens it only with the passphrase: give that by another way')
  say(`see whether it has been opened, or end it: sealdrop status ${name}, sealdrop revoke ${name}`)
  return EXIT.done
}

async function readText(): Promise<string> {
  if (isTyped) say('message, end with Ctrl-D:')
  const bytes = await readInput(PART_BYTES)
  if (bytes === undefined) throw new DropError('too_large')
  try {
    // What comes out must be what went in: nothing is stripped, nothing is replaced.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new Failure('standard input is not text', { hint: 'save it as a file, and send that', cause })
  }
}

async function readFiles(paths: readonly string[]): Promise<DropFile[]> {
  // All sizes first: what does not fit is told before anything is read.
  let left = PART_BYTES - paths.map((path) => sizeOf(path)).reduce((sum, size) => sum + size, 0)
  if (left < 0) throw new DropError('too_large')
  left = PART_BYTES
  const files: DropFile[] = []
  for (const path of paths) {
    const file = await readFile(path, left)
    left -= file.bytes.length
    files.push(file)
  }
  return files
}

function sizeOf(path: string): number {
  try {
    const stats = statSync(path)
    if (!stats.isDirectory()) return stats.size
  } catch (cause) {
    throw new Failure(`cannot read ${path}: ${describeSystemError(cause)}`, { cause })
  }
  throw new Failure(`cannot send ${path}: it is a folder`, {
    hint: `pack it first: tar -cf ${basename(path)}.tar ${path}`,
  })
}

async function readFile(path: string, most: number): Promise<DropFile> {
  const chunks: Buffer[] = []
  let length = 0
  let modifiedAtMs: number
  try {
    modifiedAtMs = statSync(path).mtimeMs
    // By a stream: pipes and devices do not say how long they are.
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      length += chunk.length
      if (length > most) break
      chunks.push(chunk)
    }
  } catch (cause) {
    throw new Failure(`cannot read ${path}: ${describeSystemError(cause)}`, { cause })
  }
  if (length > most) throw new DropError('too_large')
  return { name: basename(path), type: '', modifiedAtMs, bytes: new Uint8Array(Buffer.concat(chunks)) }
}

function describe({ text, files }: Message): string {
  const words = text === '' ? [] : [`${formatSize(Buffer.byteLength(text))} of text`]
  const size = files.reduce((sum, { bytes }) => sum + bytes.length, 0)
  if (files.length > 0) words.push(`${count(files.length, 'file')} (${formatSize(size)})`)
  return words.join(' and ')
}

const OPTIONS = {
  expires: { type: 'string', default: '1d' },
  reads: { type: 'string', default: '1' },
  passphrase: { type: 'boolean', default: false },
  'passphrase-file': { type: 'string' },
  server: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

/** Without text, which is an entry as well: the archive's own two go in besides. docs/protocol.md §3.2. */
const MAX_FILES = MAX_ENTRIES - 2

const UNREACHED =
  'nothing was sent; --server and SEALDROP_SERVER name another server, and in a clone npm start runs one'
