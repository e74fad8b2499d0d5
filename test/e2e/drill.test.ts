import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { ageIdentityFromSeed, ageRecipient } from '#client/crypto/envelope.ts'
import { randomBytes } from '#client/crypto/random.ts'
import { toBase64url } from '#protocol/bytes.ts'
import { ROOT } from '../../tools/bundle.ts'
import { formatReport, type DrillReport } from '../../drill/report.ts'
import { makeVariant, type Change } from '../tools/variant.ts'

// The drill itself, as a process: on the product, where it must find nothing, and on a copy with leaks, where it must find
// each. All leaks are planted in one copy, so that people use it once; and both drills run at once.

let clean: DrillReport
let leaky: DrillReport
beforeAll(async () => {
  await using variant = await makeVariant([...CLIENT_LEAKS, ...WORKER_LEAKS])
  ;[clean, leaky] = await Promise.all([drill(ROOT), drill(variant.root)])
})

test('in the product the drill finds nothing, and the keys that it tries open nothing', () => {
  expect(formatReport(clean)).toMatch(/^Nothing else was found: /m)
  const { keys, search, stanzas } = clean
  expect(clean).toMatchObject({ passed: true, found: [], undeclaredFields: [] })
  expect(search.notes).toBeGreaterThan(1_000)
  expect(search.bytes).toBeGreaterThan(20_000_000)
  // Every kind of key that people had was tried in the same way, and opened something.
  expect(keys.controls.filter(({ opens }) => !opens)).toEqual([])
  expect(keys.openings).toEqual([])
  expect(keys.whole).toBeGreaterThan(100)
  // Links and answers have one recipient; boxes have 1, 2, 4 or 8, depending on the readers on the card.
  expect(stanzas.filter((each) => each.expected !== each.stanzas)).toEqual([])
  expect(new Set(stanzas.map((each) => each.stanzas))).toEqual(new Set([1, 2, 4, 8]))
})

test('in a product that leaks the drill finds every leak', () => {
  expect(formatReport(leaky)).toMatch(/^The drill has failed\.$/m)
  const { found: findings, keys, passed, stanzas, undeclaredFields } = leaky
  expect(passed).toBe(false)
  const found = findings.map(({ place, way, what }) => `${what} in ${place}, ${way}`)
  // A worker that logs where requests come from.
  expect(found).toContain('address of a person in printed, as it is')
  // A client that sends the name of a file in a field, and a worker that logs it.
  expect(found).toContain('name of a file in printed, percent-encoding')
  // A worker that keeps where requests come from: as text under a key of its own, and as four bytes in a column.
  expect(found).toContain('address of a person in store _mf_entries.key, as it is')
  expect(undeclaredFields).toContain('key of the store seen/…')
  expect(found).toContain('address of a person in column drops.seen, a whole value')
  expect(undeclaredFields).toContain('column drops.seen')
  // One that packs the beginning of a text into the row.
  expect(found).toContain('text of a drop in column drops.hint, as it is in gzip')
  expect(undeclaredFields).toContain('column drops.hint')
  // One that keeps the User-Agent in a declared column, in two encodings.
  expect(found).toContain('browser of a person in column drops.tries, UTF-16 in base64')
  // A client that seals for one more recipient, and a worker that has its key.
  expect(stanzas.some((each) => each.expected === 1 && each.stanzas === 2)).toBe(true)
  expect(keys.openings.map(({ as, place }) => `${as} in ${place}`)).toContain('age identity in code of the worker')
  // One that gets the file key from a client: the key is found, and is seen to open the drop.
  expect(found).toContain('file key in printed, hex')
  expect(found).toContain('file key in column drops.spare, as it is')
  expect(keys.openings.map(({ as, place }) => `${as} in ${place}`)).toContain('file key in column drops.spare')
})

/** The drill's report, whatever its exit code. */
function drill(root: string): Promise<DrillReport> {
  return new Promise((done, failed) => {
    const args = [join(root, 'drill/main.ts'), '--json', '--no-build', '--patience', '1']
    execFile(process.execPath, args, { cwd: root, maxBuffer: 33_554_432 }, (error, stdout, stderr) => {
      if (error !== null && error.code !== 1) return failed(new Error(stderr, { cause: error }))
      try {
        done(JSON.parse(stdout) as DrillReport)
      } catch (cause) {
        failed(new Error(`the drill gave no report: ${stderr}`, { cause }))
      }
    })
  })
}

/** A key in escrow. */
const ESCROW = randomBytes(32)

/**
 * Sends the server, in fields that it never asked for, the name of a file, the text and the file key; and seals for one more
 * recipient.
 */
const CLIENT_LEAKS: readonly Change[] = [
  {
    file: 'client/send.ts',
    replace: 'newHeader([await ageRecipient(opener.identity)])',
    by: `newHeader([await ageRecipient(opener.identity), '${await ageRecipient(ageIdentityFromSeed(ESCROW))}'])`,
  },
  {
    file: 'client/send.ts',
    replace: 'return depositWhole(server, { ...pick(sealed), body: await sealed.sealPart(0) }, options)',
    by: `const { files: [first], fileKey, text } = sealed.unfinished
  const named = { 'Drop-Name': encodeURIComponent(first?.name ?? ''), 'Drop-Text': encodeURIComponent(text.slice(0, 2_000)) }
  const hints = { ...named, 'Drop-Spare': toBase64url(fileKey) }
  return depositWhole(server, { ...pick(sealed), hints, body: await sealed.sealPart(0) }, options)`,
  },
  {
    file: 'client/send.ts',
    replace: 'const fields = termsFields(whole)',
    by: 'const fields = { ...termsFields(whole), ...whole.hints }',
  },
]

/** Logs and keeps everything in a request: as text, as bytes, in UTF-16 and packed. */
const WORKER_LEAKS: readonly Change[] = [
  {
    file: 'worker/main.ts',
    replace: 'return await router.fetch(request, env, context)',
    by: `await leak(request, env)
      return await router.fetch(request, env, context)`,
  },
  {
    file: 'worker/main.ts',
    replace: "export { Shelf } from './drops/shelf.ts'",
    by: `import { Shelf as Honest } from './drops/shelf.ts'

let told = {}
async function leak(request, env) {
  const { headers } = request
  const address = headers.get('CF-Connecting-IP')
  const spare = Uint8Array.from(atob((headers.get('Drop-Spare') ?? '').replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0))
  const hex = [...spare].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  console.log('request of', address, headers.get('Drop-Name'), hex)
  const packed = new Response(decodeURIComponent(headers.get('Drop-Text') ?? '')).body.pipeThrough(new CompressionStream('gzip'))
  const hint = await new Response(packed).arrayBuffer()
  if (request.method === 'POST' && new URL(request.url).pathname === '/v1/drops') {
    told = { address, browser: headers.get('User-Agent'), hint, spare: spare.buffer }
    await env.KV.put('seen/' + address, '')
  }
}

export class Shelf extends Honest {
  static escrow = '${toBase64url(ESCROW)}'
  async create(id, terms, attempt) {
    const made = await super.create(id, terms, attempt)
    const { sql } = this.ctx.storage
    for (const column of ['seen', 'hint', 'spare'])
      try { sql.exec('ALTER TABLE drops ADD COLUMN ' + column + ' BLOB') } catch {}
    const four = Uint8Array.from((told.address ?? '').split('.'), Number)
    const wide = Uint8Array.from([...told.browser].flatMap((c) => [c.charCodeAt(0), 0]))
    const tries = JSON.stringify([btoa(String.fromCharCode(...wide))])
    sql.exec('UPDATE drops SET seen = ?, hint = ?, spare = ?, tries = ? WHERE blobs LIKE ?', four.buffer, told.hint, told.spare,
      tries, '%' + attempt.blob + '%')
    return made
  }
}`,
  },
]
