import { hash } from 'node:crypto'
import { randomBytes } from '#client/crypto/random.ts'
import { signingKeyFromSeed, type SigningKey } from '#client/crypto/keys.ts'
import type { Server } from '#client/server.ts'
import { fetchTransport, type Transport } from '#client/transport.ts'
import { toBase64url, utf8, type Bytes } from '#protocol/bytes.ts'
import { SETTINGS } from '../declared.ts'
import type { Notebook } from '../notebook.ts'

/** Somebody who uses the product. Every secret of theirs is noted. */
export interface Person {
  readonly name: string
  /** The server as this person's client reaches it, over HTTP. */
  readonly server: Server
  readonly notebook: Notebook
  /** The header fields by which network and browser identify this person with every request. */
  readonly trace: Readonly<Record<string, string>>
}

/**
 * Somebody with their own address, browser and habits, which the platform would tell the worker with every request.
 * @param number - from 0, different for each person
 */
export function newPerson(name: string, number: number, origin: string, notebook: Notebook): Person {
  const mark = toBase64url(randomBytes(9))
  const ip4 = `198.51.100.${20 + number}`
  const ip6 = `2001:db8:5ea1:d809::${(0xa0 + number).toString(16)}`
  const trace = {
    'CF-Connecting-IP': number % 2 === 0 ? ip4 : ip6,
    'X-Forwarded-For': `${ip6}, ${ip4}`,
    'X-Real-IP': ip4,
    'User-Agent': `DrillBrowser/${number}.${mark}`,
    'Accept-Language': `x-${mark},en;q=0.8`,
    Cookie: `habit=${mark}`,
    Referer: `https://referrer.example/${mark}`,
  }
  noteAddress(name, notebook, ip4, ip4Bytes(ip4))
  noteAddress(name, notebook, ip6, ip6Bytes(ip6))
  notebook.text(name, 'browser of a person', mark)
  const transport: Transport = (exchange) => fetchTransport({ ...exchange, fields: { ...exchange.fields, ...trace } })
  const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))
  return {
    name,
    server: { origin, transport, clock: Date.now, ticks: () => performance.now(), wait, patienceMs: 10_000 },
    notebook,
    trace,
  }
}

/** A signing key whose seed is noted. */
export async function newNotedKey(
  { name, notebook }: Person,
  what: string,
): Promise<SigningKey & { readonly seed: Bytes }> {
  const seed = randomBytes(32)
  notebook.bytes(name, `seed of a ${what} key`, seed)
  return { ...(await signingKeyFromSeed(seed)), seed }
}

/** Unique text, or bytes of a file. @param length - the least number of bytes */
export function unique(about: string, length = 0): Bytes {
  const start = utf8(`${about} ${toBase64url(randomBytes(12))} `)
  if (length <= start.length) return start
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536))
  bytes.set(start)
  return bytes
}

/** The same as text. */
export function uniqueText(about: string): string {
  return new TextDecoder().decode(unique(about))
}

/** Notes the address from which all requests of a drill really come. The server answers for this name, too. */
export function noteLoopback(notebook: Notebook): void {
  notebook.text('everybody', 'address of a person', '127.0.0.1', [SETTINGS])
  notebook.bytes('everybody', 'address of a person', ip4Bytes('127.0.0.1'))
  notebook.bytes('everybody', 'address of a person', ip6Bytes('::1'))
}

/** Notes an address in the forms in which programs keep one: also shortened, and hashed, since all hashes of addresses can be tried. */
function noteAddress(name: string, notebook: Notebook, text: string, bytes: Uint8Array): void {
  const groups = Buffer.from(bytes).toString('hex').match(/.{4}/g) ?? []
  const short = groups.map((group) => Number.parseInt(group, 16).toString(16))
  const isLong = bytes.length > 4
  const others = isLong
    ? [groups.join(':'), short.join(':')]
    : [text.replaceAll('.', '-'), text.split('.').toReversed().join('.'), `${Buffer.from(bytes).readUInt32BE()}`]
  for (const each of [text, ...others]) notebook.text(name, 'address of a person', each)
  notebook.bytes(name, 'address of a person', bytes)
  notebook.text(name, 'network of a person', isLong ? short.slice(0, 4).join(':') : text.replace(/\d+$/, ''))
  for (const algorithm of ['sha256', 'sha1', 'md5'])
    for (const form of [text, bytes]) notebook.bytes(name, 'hash of an address', hash(algorithm, form, 'buffer'))
}

function ip4Bytes(address: string): Uint8Array {
  return Uint8Array.from(address.split('.'), Number)
}

/** @param address - with one `::` */
function ip6Bytes(address: string): Uint8Array {
  const [head = [], tail = []] = address.split('::').map((half) => half.split(':').filter((group) => group !== ''))
  const groups = [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail]
  return Uint8Array.from(
    groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]),
  )
}
