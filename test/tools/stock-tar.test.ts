import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Decrypter, Encrypter } from 'age-encryption'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ageRecipient } from '#client/crypto/envelope.ts'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { deriveOpener, parseLink, type Opener } from '#client/link.ts'
import { sizeClass } from '#client/pad.ts'
import { openDrop } from '#client/receive.ts'
import { memorySource } from '#client/source.ts'
import { pack } from '../client/support/archives.ts'
import { collect, openWhole, partsOf, sealWhole } from '../kit/sealed.ts'

const folder = mkdtempSync(join(tmpdir(), 'sealdrop-tar-'))
const bytesOf = (text: string) => new TextEncoder().encode(text)
const deep = 'протоколы совещаний рабочей группы по закупкам/'.repeat(3).slice(0, -1)
const files = [
  { name: 'plan.pdf', type: 'application/pdf', modifiedAtMs: 1_700_000_000_000, bytes: bytesOf('pdf') },
  { name: 'نامه‌ی من/👩‍🚀.txt', type: 'text/plain', modifiedAtMs: 1_600_000_000_000, bytes: bytesOf('سلام') },
  { name: `${'long '.repeat(40)}name`, type: '', modifiedAtMs: 0, bytes: bytesOf('') },
  { name: '.env', type: '', modifiedAtMs: 1_500_000_000_000, bytes: bytesOf('A=1') },
  { name: `${'n'.repeat(99)}é.txt`, type: '', modifiedAtMs: 0, bytes: bytesOf('cut after 1 of 2') },
  { name: `${'n'.repeat(98)}文.txt`, type: '', modifiedAtMs: 0, bytes: bytesOf('cut after 2 of 3') },
  { name: `${'n'.repeat(97)}👩.txt`, type: '', modifiedAtMs: 0, bytes: bytesOf('cut after 3 of 4') },
  { name: `${deep}/архив/решение.txt`, type: '', modifiedAtMs: 0, bytes: bytesOf('архив') },
  { name: `${deep}/новое/решение.txt`, type: '', modifiedAtMs: 0, bytes: bytesOf('новое') },
  { name: `${`${'文'.repeat(85)}/`.repeat(8)}${'é'.repeat(127)}`, type: '', modifiedAtMs: 0, bytes: bytesOf('deep') },
  { name: `${'d'.repeat(90)}/${'f'.repeat(90)}`, type: '', modifiedAtMs: 0, bytes: new Uint8Array(17_000_000).fill(7) },
]
const message = {
  text: 'see the files',
  files: files.map(({ bytes, ...file }) => ({ ...file, source: memorySource(bytes) })),
}
const { text } = message
let opener: Opener
let archive: Buffer
let ciphertext: Uint8Array<ArrayBuffer>

beforeAll(async () => {
  const options = { origin: 'https://drop.example', ttlSeconds: 300, reads: 1, passphrase: '', now: 1_750_000_000_000 }
  const stretch = async () => new Uint8Array(0)
  const sealed = await sealWhole(message, { ...options, stretch, sender: await generateSigningKey() })
  if (sealed.parts !== 3) throw new Error('not as many parts as were meant')
  ciphertext = sealed.ciphertext
  const parsed = parseLink(sealed.link)
  if (parsed === undefined) throw new Error('the link is damaged')
  opener = await deriveOpener(parsed.secret, '', stretch)
  const stranger = new Decrypter()
  stranger.addIdentity(opener.identity)
  archive = Buffer.from(await stranger.decrypt(ciphertext))
  writeFileSync(join(folder, 'drop.tar'), archive)
})

afterAll(() => {
  rmSync(folder, { recursive: true })
})

test('the age library and a stock tar list what was sealed, in its order and with nothing else', () => {
  const listed = execFileSync('tar', ['--quoting-style=literal', '-tf', 'drop.tar'], { cwd: folder, encoding: 'utf8' })
  const names = ['message.txt', ...files.map(({ name }) => name), '.sealdrop/meta.json', '.sealdrop/token']
  expect(listed.split('\n').slice(0, -1)).toEqual(names)
})

test('they extract exactly what was sealed: bytes, names, times, nothing that can be run', () => {
  const { status, stderr } = spawnSync('tar', ['-xf', 'drop.tar', '--one-top-level=out'], {
    cwd: folder,
    encoding: 'utf8',
  })
  expect([status, stderr]).toEqual([0, ''])
  expect(readFileSync(join(folder, 'out/message.txt'), 'utf8')).toBe(text)
  for (const { name, bytes, modifiedAtMs } of files) {
    const path = join(folder, 'out', name)
    expect(Buffer.compare(readFileSync(path), bytes)).toBe(0)
    expect(statSync(path).mtimeMs).toBe(modifiedAtMs)
    expect(statSync(path).mode & 0o777).toBe(0o600)
  }
  const all = readdirSync(join(folder, 'out'), { recursive: true, withFileTypes: true }).filter((each) => each.isFile())
  expect(all).toHaveLength(files.length + 3)
})

test.for([[], ['--ignore-zeros']])('tar %j finds one archive in a drop, and it ends where it ends', (flags) => {
  const listed = execFileSync('tar', [...flags, '-tf', 'drop.tar'], { cwd: folder, encoding: 'utf8' })
  expect(listed.split('\n').slice(0, -1)).toHaveLength(files.length + 3)
})

test.for(['gnu', 'ustar', 'posix'])(
  'a drop whose archive stock tar has written as %s is refused: one archive has one spelling',
  async (format) => {
    writeFileSync(
      join(folder, 'list'),
      ['message.txt', ...files.slice(0, 2).map(({ name }) => name), '.sealdrop/meta.json', '.sealdrop/token'].join(
        '\n',
      ),
    )
    const meta = JSON.stringify({ v: 1, text: true, types: files.slice(0, 2).map(({ type }) => type) })
    writeFileSync(join(folder, 'out/.sealdrop/meta.json'), meta, { mode: 0o600 })
    execFileSync(
      'tar',
      [`--format=${format}`, '--mode=600', '--owner=:0', '--group=:0', '-cf', 'theirs.tar', '-C', 'out', '-T', 'list'],
      { cwd: folder },
    )
    await expect(
      openWhole(await sealByStranger(readFileSync(join(folder, 'theirs.tar'))), opener),
    ).rejects.toMatchObject({
      code: 'open_failed',
    })
  },
)

test('a drop that the age library seals around our archive opens', async () => {
  const opened = await openWhole(await sealByStranger(archive), opener)
  expect(opened.text).toBe(text)
  for (const [index, { bytes, ...file }] of opened.files.entries()) {
    const { bytes: sealed, ...before } = files[index] ?? { bytes: new Uint8Array(0) }
    expect(file).toEqual(before)
    expect(Buffer.compare(bytes, sealed)).toBe(0)
  }
  const packed = await pack({ text, files: [] }, new Uint8Array(32), 0)
  expect((await openWhole(await sealByStranger(packed), opener)).text).toBe(text)
})

test('the files alone are a tar archive of their own', async () => {
  const opened = await openDrop(partsOf(ciphertext), opener)
  writeFileSync(join(folder, 'files.tar'), await collect(opened.archive()))
  const listed = execFileSync('tar', ['--quoting-style=literal', '-tf', 'files.tar'], { cwd: folder, encoding: 'utf8' })
  expect(listed.split('\n').slice(0, -1)).toEqual(files.map(({ name }) => name))
})

/** Pads as docs/protocol.md says, and seals with the age library to the recipient of the link. */
async function sealByStranger(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const padded = new Uint8Array(sizeClass(bytes.length))
  padded.set(bytes.subarray(0, padded.length))
  const encrypter = new Encrypter()
  encrypter.addRecipient(await ageRecipient(opener.identity))
  return new Uint8Array(await encrypter.encrypt(padded))
}
