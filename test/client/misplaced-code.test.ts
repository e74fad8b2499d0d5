import { expect, test } from 'vitest'
import { formatBoxLink, formatInvitation } from '#client/box/address-link.ts'
import { formatReaderCode } from '#client/box/reader-code.ts'
import { formatLink } from '#client/link.ts'
import { formatBoxAddress } from '#protocol/address.ts'
import { codeKindIn } from '#protocol/misplaced-code.ts'
import { WAYS } from './support/ways.ts'

const origin = 'https://drop.example'
const secret = { bytes: new Uint8Array(24).fill(0xa5), needsPassphrase: false }
const address = formatBoxAddress(new Uint8Array(32).fill(0xa5))
const LINK = formatLink(origin, secret)
const LEADING_TO_A_BOX = [formatBoxLink(origin, address), formatInvitation(origin, address, new Uint8Array(16))]

/** The request to a server when somebody puts a text behind its name. @param begin - `/` for a path, `/?` for a query */
function asked(begin: string, text: string): string {
  const { pathname, search } = new URL(`${origin}${begin}${text.replaceAll('#', '%23')}`)
  return pathname + search
}

test.for(Object.keys(WAYS))('a code is noticed in a path and in a query %s, and what it leads to', (name) => {
  const way = WAYS[name] ?? String
  for (const begin of ['/', '/?']) {
    expect(codeKindIn(asked(begin, way(LINK)))).toBe('link')
    for (const link of LEADING_TO_A_BOX) expect(codeKindIn(asked(begin, way(link)))).toBe('address')
  }
})

test('a code without its # is noticed, and one that is not whole', () => {
  expect(codeKindIn('/sdlink1qqq')).toBe('link')
  expect(codeKindIn('/write%23SDBOX1')).toBe('address')
  expect(codeKindIn('/index.html/sdin1q/')).toBe('address')
})

test('an ordinary address holds no code, nor does one that cannot be decoded', () => {
  for (const text of ['/', '/nothing', '/sdlink', '/usd/in/1', '/%', '/%ff%zz', `/${formatReaderCode(secret)}`, ''])
    expect([text, codeKindIn(text)]).toEqual([text, undefined])
})

test('beside the code of a message that of a box is not what matters', () => {
  expect(codeKindIn(`/?to=${address}&from=${LINK}`)).toBe('link')
})

test('no path takes long to look through', () => {
  for (const each of ['%25', 'sd', '%', 'sdlink', '\ufeff'])
    expect(codeKindIn(`/${each.repeat(20_000)}`)).toBeUndefined()
})
