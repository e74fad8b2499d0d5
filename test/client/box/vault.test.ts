import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { stretch } from '#client/crypto/argon2.ts'
import {
  addPasskey,
  changePassphrase,
  formatVault,
  newVault,
  openVault,
  openVaultWith,
  parseVault,
  removePasskey,
  reopenVault,
  saveState,
  type OpenVault,
  type Vault,
} from '#client/box/vault.ts'
import type { BoxState } from '#client/box/state.ts'
import { runs } from '../../runs.ts'
import { flip } from '../../kit/bytes.ts'
import { anyState, newState, quickStretch } from './support/states.ts'

const failed = { name: 'DropError', code: 'open_failed' }
const PRF = new Uint8Array(32).fill(7)
const SALT = new Uint8Array(32).fill(8)

test('a vault opens with its passphrase, stretched for real', async () => {
  const state = await newState()
  const told: number[] = []
  const { vault } = await newVault(state, 'caf\u00e9', stretch, (done) => told.push(done))
  expect((await openVault(vault, 'cafe\u0301', stretch)).state).toEqual(state)
  expect(told.at(-1)).toBe(1)
})

test('a state comes back from its vault, whatever it holds', async () => {
  await fc.assert(
    fc.asyncProperty(anyState, fc.string({ unit: 'grapheme' }), async (state, passphrase) => {
      const { vault } = await newVault(state, passphrase, quickStretch)
      const parsed = parseVault(formatVault(vault))
      expect(parsed).toEqual(vault)
      expect(parseVault(structuredClone(vault))).toEqual(vault)
      expect((await openVault(parsed ?? vault, passphrase, quickStretch)).state).toEqual(state)
      await expect(openVault(vault, `${passphrase}x`, quickStretch)).rejects.toMatchObject(failed)
    }),
    { numRuns: runs(20, 300) },
  )
})

test('a vault with any byte flipped does not open, and does not say why', async () => {
  const { vault } = await newVault(await newState(), 'p', quickStretch)
  const text = new TextEncoder().encode(formatVault(vault))
  const whole = await anyWay(text, (each) => openVault(each, 'p', quickStretch))
  expect(whole).toBe('opened')
  for (let at = 0; at < text.length; at++) {
    for (const mask of [1, 0x20]) {
      expect([at, await anyWay(flip(text, at, mask), (each) => openVault(each, 'p', quickStretch))]).toEqual([
        at,
        'open_failed',
      ])
    }
  }
})

test('a passkey opens it too, with every byte of its slot in place', async () => {
  const open = await withPasskey()
  expect((await openVaultWith(open.vault, 'Y3JlZA', PRF)).state).toEqual(open.state)
  await expect(openVaultWith(open.vault, 'Y3JlZA', flip(PRF, 31))).rejects.toMatchObject(failed)
  await expect(openVaultWith(open.vault, 'Y3JlZB', PRF)).rejects.toMatchObject(failed)
  const text = formatVault(open.vault)
  const start = text.indexOf('"passkey"')
  const bytes = new TextEncoder().encode(text)
  for (let at = start; at < text.indexOf(']'); at++) {
    const outcome = await anyWay(flip(bytes, at), (each) => openVaultWith(each, 'Y3JlZA', PRF))
    expect([at, outcome]).toEqual([at, 'open_failed'])
  }
})

test('a passkey that was taken away opens nothing, and the passphrase still does', async () => {
  const open = removePasskey(await withPasskey(), 'Y3JlZA')
  await expect(openVaultWith(open.vault, 'Y3JlZA', PRF)).rejects.toMatchObject(failed)
  expect((await openVault(open.vault, 'p', quickStretch)).state).toEqual(open.state)
})

test('a passkey that is added again takes its own place', async () => {
  const again = await addPasskey(await withPasskey(), 'Y3JlZA', flip(SALT, 0), flip(PRF, 0))
  expect(again.vault.slots.map(({ kind }) => kind)).toEqual(['passphrase', 'passkey'])
  expect((await openVaultWith(again.vault, 'Y3JlZA', flip(PRF, 0))).state).toEqual(again.state)
  await expect(openVaultWith(again.vault, 'Y3JlZA', PRF)).rejects.toMatchObject(failed)
})

test('a new passphrase takes the place of the old one, and passkeys stay', async () => {
  const open = await changePassphrase(await withPasskey(), 'q', quickStretch)
  await expect(openVault(open.vault, 'p', quickStretch)).rejects.toMatchObject(failed)
  expect((await openVault(open.vault, 'q', quickStretch)).state).toEqual(open.state)
  expect((await openVaultWith(open.vault, 'Y3JlZA', PRF)).state).toEqual(open.state)
})

test('every saving is under a fresh nonce, and whoever has it open reads what another has saved', async () => {
  const open = await newVault(await newState(), 'p', quickStretch)
  const state: BoxState = { ...open.state, name: 'Another', autoLockMinutes: 3 }
  const [one, two] = await Promise.all([saveState(open, state), saveState(open, state)])
  expect(new Set([open, one, two].map(({ vault }) => vault.state.slice(0, 32))).size).toBe(3)
  expect(one.vault.name).toBe('Another')
  expect((await reopenVault(open, one.vault)).state).toEqual(state)
  expect((await openVault(two.vault, 'p', quickStretch)).state).toEqual(state)
})

test('a vault that is put together from two does not open', async () => {
  const [a, b] = [
    await newVault(await newState(), 'p', quickStretch),
    await newVault(await newState(), 'p', quickStretch),
  ]
  const mixed: Vault[] = [
    { ...a.vault, slots: b.vault.slots },
    { ...a.vault, state: b.vault.state },
    { ...a.vault, box: b.vault.box },
    { ...a.vault, name: 'Another' },
    { ...b.vault, box: a.vault.box, name: a.vault.name },
  ]
  for (const vault of mixed) await expect(openVault(vault, 'p', quickStretch)).rejects.toMatchObject(failed)
  await expect(reopenVault(a, b.vault)).rejects.toMatchObject(failed)
})

test('a state of another box is not sealed into it', async () => {
  const open = await newVault(await newState(), 'p', quickStretch)
  await expect(saveState(open, await newState())).rejects.toThrow(TypeError)
})

test('what is no vault is refused', async () => {
  const { vault } = await withPasskey()
  const [passphrase, passkey] = vault.slots
  if (passphrase === undefined || passkey === undefined) throw new Error('two slots')
  const wrong: unknown[] = [
    undefined,
    null,
    'x',
    [],
    { ...vault, v: 2 },
    { ...vault, more: 1 },
    { ...vault, name: '' },
    { ...vault, state: '' },
    { ...vault, state: 'ä' },
    { ...vault, slots: [] },
    { ...vault, slots: [passkey] },
    { ...vault, slots: [passphrase, passphrase] },
    { ...vault, slots: [{ ...passphrase, logN: 1 }] },
    { ...vault, slots: [{ ...passphrase, kind: 'passkey' }] },
    { ...vault, slots: [{ ...passphrase, salt: 'AAAA' }] },
    { ...vault, slots: [passphrase, { ...passkey, credential: '' }] },
    { ...vault, slots: [passphrase, { ...passkey, credential: 'x'.repeat(1_365) }] },
    { ...vault, slots: [passphrase, ...Array<unknown>(20).fill(passkey)] },
  ]
  for (const value of wrong) expect(parseVault(value)).toBeUndefined()
  await expect(addPasskey(await withPasskey(), 'Y3JlZA', SALT.slice(1), PRF)).rejects.toThrow(RangeError)
  await expect(addPasskey(await withPasskey(), 'not base64url!', SALT, PRF)).rejects.toThrow(RangeError)
})

test('chance is drawn for every vault', async () => {
  const state = await newState()
  const [a, b] = [await newVault(state, 'p', quickStretch), await newVault(state, 'p', quickStretch)]
  expect(a.key).not.toEqual(b.key)
  expect(a.vault.slots).not.toEqual(b.vault.slots)
})

async function withPasskey(): Promise<OpenVault> {
  return addPasskey(await newVault(await newState(), 'p', quickStretch), 'Y3JlZA', SALT, PRF)
}

async function anyWay(text: Uint8Array, open: (vault: Vault) => Promise<unknown>): Promise<string> {
  const vault = parseVault(new TextDecoder().decode(text))
  if (vault === undefined) return 'open_failed'
  try {
    await open(vault)
    return 'opened'
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
}
