import { originOf } from '#client/platform.ts'
import { afterEach, expect, test } from 'vitest'
import { emptyForm } from '#client/answers.ts'
import { readWriteTarget } from '#client/box/address-link.ts'
import { parseDomain } from '#client/box/well-known.ts'
import { formatLink, newLink, parseLink, readLink } from '#client/link.ts'
import { parseAuthority } from '#client/refused.ts'
import { ask } from '#client/server.ts'
import { formatBoxAddress } from '#protocol/address.ts'
import { noise } from '../kit/bytes.ts'
import { says, serverThat } from '../kit/network.ts'

/**
 * The functions that Safari 17.0, Firefox 129 or Chrome 137 lacks, the oldest that have Ed25519, with the first version that
 * has each. Nothing of it may be needed. Not here: base64 and hex of `Uint8Array`, which the libraries look for when they are
 * loaded, and do without. https://github.com/mdn/browser-compat-data
 */
const LACKED: readonly (readonly [what: string, since: string, holder: () => object, name: string])[] = [
  ['URL.parse', 'Safari 18.0', () => URL, 'parse'],
  ['AbortSignal.any', 'Safari 17.4', () => AbortSignal, 'any'],
  ['Map.groupBy', 'Safari 17.4', () => Map, 'groupBy'],
  ['Object.groupBy', 'Safari 17.4', () => Object, 'groupBy'],
  ['Promise.withResolvers', 'Safari 17.4', () => Promise, 'withResolvers'],
  ['Promise.try', 'Safari 18.2, Firefox 134', () => Promise, 'try'],
  ['ArrayBuffer.prototype.transfer', 'Safari 17.4', () => ArrayBuffer.prototype, 'transfer'],
  ['Response.prototype.bytes', 'Safari 18.0', () => Response.prototype, 'bytes'],
  ['Blob.prototype.bytes', 'Safari 18.0', () => Blob.prototype, 'bytes'],
  ['RegExp.escape', 'Safari 18.2, Firefox 134', () => RegExp, 'escape'],
]

const taken: (() => void)[] = []
afterEach(() => {
  for (const giveBack of taken.splice(0)) giveBack()
})

function takeAway(holder: object, name: string): void {
  const property = Object.getOwnPropertyDescriptor(holder, name)
  if (property === undefined) return
  Reflect.deleteProperty(holder, name)
  taken.push(() => Object.defineProperty(holder, name, property))
}

test.for(LACKED)(
  'without %s, of %s, a link is read, an address too, and the server is reached',
  async ([, , holder, name]) => {
    takeAway(holder(), name)
    const link = formatLink('https://drop.example', newLink(true))
    expect(parseLink(link)?.origin).toBe('https://drop.example')
    expect(readLink(`see ${link} `)?.origin).toBe('https://drop.example')
    const address = formatBoxAddress(noise(32))
    expect(readWriteTarget(`https://drop.example/#${address}`)).toEqual({ origin: 'https://drop.example', address })
    expect(parseDomain('newsroom.example')).toBe('newsroom.example')
    expect(originOf('https://drop.example')).toBe('https://drop.example')
    expect(parseAuthority('drop.example')).toBe('drop.example')
    const server = serverThat([says({}, {}, 201)])
    const { signal } = new AbortController()
    expect(await ask(server, { name: 'create', body: noise(5), signal }, emptyForm(201))).toBe(true)
  },
)
