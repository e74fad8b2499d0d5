import { Decrypter, Encrypter } from 'age-encryption'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { openBackup, sealBackup } from '#client/box/backup.ts'
import { formatState } from '#client/box/state.ts'
import { openWithPassphrase, sealToPassphrase } from '#client/crypto/scrypt-stanza.ts'
import { equalBytes, joinBytes, utf8, type Bytes } from '#protocol/bytes.ts'
import { runs } from '../../runs.ts'
import { flip, noise, toHex } from '../../kit/bytes.ts'
import { newState } from './support/states.ts'

const failed = { name: 'DropError', code: 'open_failed' }
const low = { workFactor: 1 }

test('a backup opens by the stock library', async () => {
  const state = await newState()
  const told: number[] = []
  const file = await sealBackup(state, 'cafe\u0301', (done) => told.push(done))
  expect(told.at(-1)).toBe(1)
  expect(lines(file)[1]).toMatch(/^-> scrypt [\w+/]{22} 17$/)
  const stock = new Decrypter()
  stock.addPassphrase('caf\u00e9')
  expect(await stock.decrypt(file, 'text')).toBe(formatState(state))
})

test('what the stock library seals to a passphrase opens as a backup, if it is one', async () => {
  const state = await newState()
  const stock = new Encrypter()
  stock.setPassphrase('caf\u00e9')
  stock.setScryptWorkFactor(10)
  const file = new Uint8Array(await stock.encrypt(formatState(state)))
  expect(await openBackup(file, 'cafe\u0301')).toEqual(state)
  await expect(openBackup(file, 'cafe')).rejects.toMatchObject(failed)
  for (const text of ['{}', '', '\ufeff', formatState(state).slice(1)]) {
    await expect(openBackup(new Uint8Array(await stock.encrypt(text)), 'caf\u00e9')).rejects.toMatchObject(failed)
  }
})

test.for([0, 1, 65_535, 65_536, 65_537, 200_000])('%i bytes come back from a file to a passphrase', async (length) => {
  const plaintext = noise(length)
  const file = await sealToPassphrase(plaintext, 'p', low)
  expect(equalBytes(await openWithPassphrase(file, 'p'), plaintext)).toBe(true)
  const stock = new Decrypter()
  stock.addPassphrase('p')
  expect(equalBytes(await stock.decrypt(file), plaintext)).toBe(true)
})

test('a file with any byte flipped, cut or longer does not open, and does not say why', async () => {
  const file = await sealToPassphrase(utf8('{"v":1}'), 'p', low)
  await expect(openWithPassphrase(file, 'q')).rejects.toMatchObject(failed)
  for (let at = 0; at < file.length; at++) {
    await expect(openWithPassphrase(flip(file, at), 'p'), `byte ${at}`).rejects.toMatchObject(failed)
  }
  for (const wrong of [file.slice(0, -1), file.slice(0, 100), joinBytes([file, Uint8Array.of(0)]), new Uint8Array(0)]) {
    await expect(openWithPassphrase(wrong, 'p')).rejects.toMatchObject(failed)
  }
})

test('a file that would take minutes, or whose stanza is not alone, is refused before any work', async () => {
  const file = await sealToPassphrase(utf8('x'), 'p', low)
  const [version = '', stanza = '', body = '', ...rest] = lines(file)
  const changed = (...stanzas: string[]): Bytes =>
    joinBytes([utf8([version, ...stanzas, ...rest.slice(0, 1), ''].join('\n')), file.slice(headerOf(file))])
  expect(equalBytes(changed(stanza, body), file)).toBe(true)
  const others = ['21', '63', '99', '100', '01', '+1', '1.5', '0', '-1', ''].map((factor) =>
    stanza.replace(/ 1$/, ` ${factor}`),
  )
  for (const line of [...others, `${stanza} 1`, stanza.replace(' 1', ''), stanza.replace('scrypt', 'Scrypt')]) {
    const told: number[] = []
    const opens = openWithPassphrase(changed(line, body), 'p', { onProgress: (done) => told.push(done) })
    await expect(opens, line).rejects.toMatchObject(failed)
    expect([line, told]).toEqual([line, []])
  }
  await expect(openWithPassphrase(changed(stanza, body, stanza, body), 'p')).rejects.toMatchObject(failed)
  await expect(openWithPassphrase(changed('-> X25519 abc', body, stanza, body), 'p')).rejects.toMatchObject(failed)
})

test('no passphrase opens what another has sealed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.string(), async (one, other) => {
      const file = await sealToPassphrase(utf8(one), one, low)
      const opened = await openWithPassphrase(file, other).then(toHex, ({ code }: { code: string }) => code)
      expect(opened).toBe(one.normalize('NFKC') === other.normalize('NFKC') ? toHex(utf8(one)) : 'open_failed')
    }),
    { numRuns: runs(20, 200) },
  )
})

test('sealing a backup reports its progress about a hundred times, not ten thousand', async () => {
  const told: number[] = []
  await sealToPassphrase(new Uint8Array(1), 'whatever', { workFactor: 12, onProgress: (done) => told.push(done) })
  expect(told.length).toBeGreaterThan(50)
  expect(told.length).toBeLessThanOrEqual(101)
  expect(told).toEqual(told.toSorted((a, b) => a - b))
})

function lines(file: Bytes): string[] {
  return new TextDecoder('latin1').decode(file).split('\n')
}

/** Where the header ends. */
function headerOf(file: Bytes): number {
  const text = new TextDecoder('latin1').decode(file)
  return text.indexOf('\n', text.indexOf('\n---') + 1) + 1
}
