import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { PART_BYTES } from '#protocol/limits.ts'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { seal } from '#client/send.ts'
import { memorySource } from '#client/source.ts'
import { keepOutgoing, type Outgoing } from '../../cli/send/outgoing.ts'

let home: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'sealdrop-outgoing-'))
  vi.stubEnv('SEALDROP_HOME', home)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(home, { recursive: true })
})

test('an upload that cannot be kept leaves no ticket of a drop that was never sent', async () => {
  const outgoing = await inParts()
  writeFileSync(join(home, 'uploads'), 'in the way')
  expect(() => keepOutgoing(outgoing, [])).toThrow('cannot write in')
  expect(readdirSync(join(home, 'tickets'))).toEqual([])
})

async function inParts(): Promise<Omit<Outgoing, 'name'>> {
  const sender = await generateSigningKey()
  const source = memorySource(new Uint8Array(PART_BYTES))
  const file = { name: 'a', type: '', modifiedAtMs: 0, source }
  const stretch = async (): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array(0)
  const options = {
    origin: 'https://drop.example',
    ttlSeconds: 3_600,
    reads: 1,
    passphrase: '',
    now: 0,
    sender,
    stretch,
  }
  return { sealed: await seal({ text: '', files: [file] }, options), sender, seed: new Uint8Array(32) }
}
