import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { seal } from '#client/send.ts'
import { sweep } from '../../cli/sweep.ts'
import { forgetOldUploads, keepUpload, listUploads } from '../../cli/uploads.ts'

const home = mkdtempSync(join(tmpdir(), 'sealdrop-uploads-'))
vi.stubEnv('SEALDROP_HOME', home)
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(home, { recursive: true })
})

test('what it takes to go on with an upload, its link too, is gone a day after it began', async () => {
  const now = 1_800_000_000_000
  await keepOne(now)
  forgetOldUploads(now + 86_399_999)
  expect(listUploads()).toHaveLength(1)
  forgetOldUploads(now + 86_400_001)
  expect(listUploads()).toEqual([])
  expect(readdirSync(join(home, 'uploads'))).toEqual([])
})

test('an upload that a killed command was forgetting is forgotten by the next, one that it was not is kept', async () => {
  await keepOne(Date.now())
  await sweep()
  expect(listUploads()).toHaveLength(1)
  const [journal = ''] = readdirSync(join(home, 'uploads')).filter((name) => name.endsWith('.hashes'))
  rmSync(join(home, 'uploads', journal))
  await sweep()
  expect(readdirSync(join(home, 'uploads'))).toEqual([])
})

async function keepOne(now: number): Promise<void> {
  const stretch = async () => new Uint8Array(0)
  const sender = await generateSigningKey()
  const options = {
    origin: 'https://drop.example',
    ttlSeconds: 2_592_000,
    reads: 1,
    passphrase: '',
    now,
    sender,
    stretch,
  }
  const { unfinished } = await seal({ text: 'x', files: [] }, options)
  keepUpload({ ticket: 'ab', seed: new Uint8Array(32), paths: [], unfinished })
}
