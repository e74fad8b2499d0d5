import { expect, test } from 'vitest'
import { boxJsonUrl, checkPublished, formatBoxJson } from '#client/box/well-known.ts'
import type { Transport } from '#client/transport.ts'
import { formatBoxAddress } from '#protocol/address.ts'
import { utf8 } from '#protocol/bytes.ts'

const address = formatBoxAddress(new Uint8Array(32).fill(1))
const other = formatBoxAddress(new Uint8Array(32).fill(2))
const asked: string[] = []
const says =
  (text: string, status = 200): Transport =>
  async ({ url, fields }) => {
    asked.push(url)
    expect(fields).toEqual({})
    return { status, field: () => null, body: utf8(text) }
  }

test('a web site that publishes the address says so', async () => {
  expect(await checkPublished('newsroom.example', address, says(formatBoxJson(address, 'https://drop.example')))).toBe(
    true,
  )
  expect(asked.at(-1)).toBe('https://newsroom.example/.well-known/sealdrop/box.json')
})

test('a web site that publishes another address, or nothing, does not', async () => {
  for (const text of [
    formatBoxJson(other, 'https://drop.example'),
    '',
    '{}',
    '[]',
    '{"boxes":"x"}',
    '<html>',
    '{"boxes":{}}',
  ]) {
    expect(await checkPublished('newsroom.example', address, says(text))).toBe(false)
  }
  expect(await checkPublished('newsroom.example', address, says(formatBoxJson(address, 'x'), 404))).toBe(false)
})

test('only the name of a web site is asked, by TLS', () => {
  const url = 'https://newsroom.example/.well-known/sealdrop/box.json'
  for (const domain of ['newsroom.example', ' newsroom.example ', 'https://newsroom.example/']) {
    expect(boxJsonUrl(domain)).toBe(url)
  }
  expect(boxJsonUrl('münchen.example:8443')).toBe('https://xn--mnchen-3ya.example:8443/.well-known/sealdrop/box.json')
  for (const domain of [
    '',
    'a b',
    'newsroom.example/path',
    'user@newsroom.example',
    'http://newsroom.example',
    'x?y',
    'x#y',
  ]) {
    expect([domain, boxJsonUrl(domain)]).toEqual([domain, undefined])
  }
})

test('a web site that does not answer is not one that says no', async () => {
  const silent: Transport = async () => {
    throw new TypeError('network error')
  }
  await expect(checkPublished('newsroom.example', address, silent)).rejects.toMatchObject({ code: 'offline' })
})

test('a web site that answers without end is let go', async () => {
  let sent = 0
  const endless: Transport = async ({ onReceived, signal }) => {
    for (const _ of Array(1_000).keys()) {
      if (signal?.aborted === true) break
      onReceived?.((sent += 1_000), 0)
    }
    throw new DOMException('aborted', 'AbortError')
  }
  expect(await checkPublished('newsroom.example', address, endless)).toBe(false)
  expect(sent).toBeLessThan(100_000)
})
