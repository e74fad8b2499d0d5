import { beforeAll, expect, test } from 'vitest'
import { generateSigningKey, type SigningKey } from '#client/crypto/keys.ts'
import { deriveOpener, parseLink } from '#client/link.ts'
import { deposit, fetchLimits, seal, type SealOptions } from '#client/send.ts'
import { sha256 } from '#protocol/bytes.ts'
import { contentDigest } from '#protocol/content-digest.ts'
import { parseTerms } from '#protocol/parse-terms.ts'
import { noise } from '../kit/bytes.ts'
import { fileOf } from '../kit/messages.ts'
import { lost, refuses, says, serverThat } from '../kit/network.ts'
import { sealWhole } from '../kit/sealed.ts'

// Drops of one part. Those of more are in upload.test.ts.

let options: SealOptions
let sender: SigningKey

/** Stands for Argon2id where a test does not need it to be slow. */
const quick = async (passphrase: Uint8Array<ArrayBuffer>, salt: Uint8Array) =>
  sha256(new Uint8Array([...passphrase, ...salt]))

beforeAll(async () => {
  sender = await generateSigningKey()
  const terms = { ttlSeconds: 3_600, reads: 2, passphrase: '' }
  options = { origin: 'https://drop.example', sender, ...terms, stretch: quick, now: 1_800_000_000_000 }
})

test('a drop is deposited as its contract says, and again with the same bytes when the answer is lost', async () => {
  const sealed = await sealWhole({ text: 'x', files: [] }, options)
  const { reads } = sealed.terms
  const { size } = sealed
  const server = serverThat([lost, says({ expires: 1_795_507_036, reads, size, parts: 1 }, {}, 201)])
  const ticket = await deposit(server, sealed, { sender })
  // The server's clock counts, not that of the sender.
  expect(ticket).toEqual({ ...sealed.ticket, expiresAtMs: 1_795_507_036_000 })
  expect(server.exchanges).toHaveLength(2)
  for (const { method, url, fields, body } of server.exchanges) {
    expect([method, url]).toEqual(['POST', 'https://drop.example/v1/drops'])
    expect(fields['Drop-Id']).toBe(sealed.dropId)
    expect(parseTerms(fields['Drop-Terms'] ?? '')).toEqual(sealed.terms)
    expect(fields['Content-Digest']).toBe(await contentDigest(sealed.ciphertext))
    expect(body).toEqual(sealed.ciphertext)
  }
})

test('nothing that opens a drop, and no word of it, goes over the network', async () => {
  const sealed = await sealWhole(
    { text: 'a word of it', files: [fileOf('name-of-file', noise(9))] },
    { ...options, passphrase: 'the passphrase' },
  )
  const { reads } = sealed.terms
  const server = serverThat([says({ expires: 1, reads, size: sealed.size, parts: 1 }, {}, 201)])
  await deposit(server, sealed, { sender })
  const parsed = parseLink(sealed.link)
  if (parsed === undefined) throw new Error('the link is damaged')
  const opener = await deriveOpener(parsed.secret, 'the passphrase', quick)
  const seen =
    JSON.stringify(server.exchanges.map(({ url, fields }) => ({ url, fields }))) +
    new TextDecoder('latin1').decode(sealed.ciphertext)
  for (const secret of [
    sealed.link.split('#')[1] ?? '',
    opener.identity,
    'a word of it',
    'name-of-file',
    'the passphrase',
  ])
    expect(seen).not.toContain(secret)
})

test('a drop that is refused is refused with its code', async () => {
  const sealed = await seal({ text: 'x', files: [] }, options)
  await expect(deposit(serverThat([refuses('id_taken')]), sealed, { sender })).rejects.toMatchObject({
    code: 'id_taken',
  })
})

test('whatever answers and is no Sealdrop server has taken no drop', async () => {
  const sealed = await seal({ text: 'x', files: [] }, options)
  const { reads } = sealed.terms
  const { size } = sealed
  const answers = [
    {},
    { expires: 1, reads, size: size - 1, parts: 1 },
    { expires: 1, reads: reads + 1, size, parts: 1 },
    { expires: 1, reads, size },
    { expires: 1, reads, size, parts: 0 },
    { reads, size, parts: 1 },
    'hello',
  ]
  for (const answer of answers)
    await expect(deposit(serverThat([says(answer, {}, 201)]), sealed, { sender })).rejects.toMatchObject({
      code: 'bad_answer',
    })
})

test('a server says what it takes', async () => {
  const server = serverThat([says({ largest: 104_857_600, time: 1_800_000_000 })])
  expect(await fetchLimits(server)).toEqual({ largest: 104_857_600, time: 1_800_000_000 })
  expect(server.exchanges[0]).toMatchObject({ method: 'GET', url: 'https://drop.example/v1/limits', fields: {} })
  for (const answer of [{}, { largest: '5' }, { largest: -1 }, []])
    await expect(fetchLimits(serverThat([says(answer)]))).rejects.toMatchObject({ code: 'bad_answer' })
})
