import { mnemonicToEntropy } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import type { Exchange } from '#client/transport.ts'
import { toBase64, toBase64url, utf8 } from '#protocol/bytes.ts'

/** Every way in which somebody who makes a mistake would write a return code into a request. */
export function spellings(words: readonly string[]): string[] {
  const entropy = new Uint8Array(mnemonicToEntropy(words.join(' '), wordlist))
  const latin1 = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes)
  const hex = Array.from(entropy, (byte) => byte.toString(16).padStart(2, '0')).join('')
  // The first third of each, as an encoding may go on with something else.
  const begins = [' ', '+', '-', ',', '%20', '","'].map((between) => words.slice(0, 4).join(between))
  const wrapped = words.join(' ')
  return [
    ...begins,
    latin1(entropy),
    hex,
    ...[entropy, utf8(wrapped)].flatMap((bytes) =>
      [toBase64(bytes), toBase64url(bytes)].map((text) => text.slice(0, 20)),
    ),
    encodeURIComponent(wrapped),
  ]
}

/** The spellings of a return code that are part of any of these requests. */
export function leaksIn(exchanges: readonly Exchange[], words: readonly string[]): string[] {
  const sent = exchanges.map(
    ({ body, fields, url }) => `${url}\n${JSON.stringify(fields)}\n${new TextDecoder('latin1').decode(body)}`,
  )
  return spellings(words).filter((spelling) => sent.some((each) => each.includes(spelling)))
}
