import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { openDraftText, sealDraftText, draftName } from '#client/box/sealed-draft.ts'
import { changePassphrase, newVault, saveState, type OpenVault } from '#client/box/vault.ts'
import { parseBase64url, utf8 } from '#protocol/bytes.ts'
import { newState, quickStretch } from './support/states.ts'

const openBox = async (): Promise<OpenVault> => newVault(await newState(), 'p', quickStretch)

test('what is kept beside a vault opens with it, whatever it is', async () => {
  const open = await openBox()
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, what) => {
      // A lone surrogate is no text: it has no UTF-8.
      fc.pre(text.isWellFormed())
      expect(openDraftText(open, sealDraftText(open, what, text))).toBe(text)
    }),
  )
})

test('a name is the same as long as there is the vault, and tells nothing', async () => {
  const open = await openBox()
  const name = draftName(open, 'draft 1')
  expect(parseBase64url(name, 16)).toBeDefined()
  expect(draftName(await changePassphrase(open, 'other', quickStretch), 'draft 1')).toBe(name)
  expect(draftName(await saveState(open, { ...open.state, name: 'Other' }), 'draft 1')).toBe(name)
  expect(draftName(open, 'draft 2')).not.toBe(name)
  expect(draftName(await openBox(), 'draft 1')).not.toBe(name)
  const [first, second] = [sealDraftText(open, 'draft 1', 'text'), sealDraftText(open, 'draft 1', 'text')]
  expect(first.sealed).not.toEqual(second.sealed)
})

test('under another vault or another name, or with a changed byte, nothing opens', async () => {
  const open = await openBox()
  const slip = sealDraftText(open, 'draft 1', 'text')
  const other = await openBox()
  expect(() => openDraftText(other, slip)).toThrow('open_failed')
  expect(() => openDraftText(open, { ...slip, name: draftName(open, 'draft 2') })).toThrow('open_failed')
  // The state is sealed under the same key, and is no slip.
  const state = parseBase64url(open.vault.state, Math.floor((open.vault.state.length * 3) / 4)) ?? new Uint8Array(0)
  expect(state.length).toBeGreaterThan(100)
  expect(() => openDraftText(open, { ...slip, sealed: state })).toThrow('open_failed')
  for (const at of [0, 24, slip.sealed.length - 1]) {
    const changed = slip.sealed.slice()
    changed.set([(changed[at] ?? 0) ^ 1], at)
    expect(() => openDraftText(open, { ...slip, sealed: changed })).toThrow('open_failed')
  }
  expect(() => openDraftText(open, { ...slip, sealed: utf8('short') })).toThrow('open_failed')
})
