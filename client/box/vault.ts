import { parseBoxAddress, type BoxAddress } from '#protocol/address.ts'
import { parseBase64url, toBase64url, utf8, type Bytes } from '#protocol/bytes.ts'
import { parseName } from '#protocol/card.ts'
import { DropError } from '#protocol/error.ts'
import { bytesOf, listOf, membersOf, parseJson, textOf } from '#protocol/json.ts'
import type { Stretch } from '../crypto/argon2.ts'
import { hkdf } from '../crypto/kdf.ts'
import { randomBytes } from '../crypto/random.ts'
import { openUnder, sealUnder } from '../crypto/vault-cipher.ts'
import { formatState, parseState, type BoxState } from './state.ts'

/** A box as a device keeps it, sealed: one format for browser and command. docs/protocol.md §13.10. */
export interface Vault {
  readonly v: 1
  readonly box: BoxAddress
  /** To tell boxes apart while they are locked. */
  readonly name: string
  /** Exactly one for a passphrase, and as many passkeys as there are. */
  readonly slots: readonly Slot[]
  /** base64url of nonce (24 bytes) ‖ ciphertext ‖ tag (16 bytes). */
  readonly state: string
}

/** One way to the vault's key. All strings are base64url. */
export type Slot = PassphraseSlot | PasskeySlot

export interface PassphraseSlot {
  readonly kind: 'passphrase'
  /** 16 bytes. */
  readonly salt: string
  /** Nonce (24 bytes) ‖ ciphertext (32 bytes) ‖ tag (16 bytes). */
  readonly wrapped: string
}

export interface PasskeySlot {
  readonly kind: 'passkey'
  /** The credential's id. */
  readonly credential: string
  /** 32 bytes: what the authenticator evaluates its PRF at. */
  readonly salt: string
  readonly wrapped: string
}

/** A vault that has been opened. Secret. */
export interface OpenVault {
  readonly vault: Vault
  /** 32 bytes. */
  readonly key: Bytes
  readonly state: BoxState
}

/** A vault with one way in: a passphrase. @param passphrase - as typed: its NFKC form counts. */
export async function newVault(
  state: BoxState,
  passphrase: string,
  stretch: Stretch,
  onProgress?: (done: number) => void,
): Promise<OpenVault> {
  const key = randomBytes(KEY_BYTES)
  const slot = await passphraseSlot(state.box, key, passphrase, stretch, onProgress)
  return sealState([slot], key, state)
}

/** @throws DropError `open_failed` for a wrong passphrase or a changed byte: it takes as long, and nobody learns which */
export async function openVault(
  vault: Vault,
  passphrase: string,
  stretch: Stretch,
  onProgress?: (done: number) => void,
): Promise<OpenVault> {
  const slot = vault.slots.find((each) => each.kind === 'passphrase')
  if (slot === undefined) throw new DropError('open_failed')
  const wrapping = await stretch(utf8(passphrase.normalize('NFKC')), saltOf(slot), onProgress)
  return openBy(vault, slot, wrapping)
}

/** Opens by a passkey. @param prf - 32 bytes: the PRF at the slot's salt. @throws DropError `open_failed` */
export async function openVaultWith(vault: Vault, credential: string, prf: Bytes): Promise<OpenVault> {
  const slot = vault.slots.find((each) => each.kind === 'passkey' && each.credential === credential)
  if (slot === undefined) throw new DropError('open_failed')
  return openBy(vault, slot, passkeyWrapping(prf, saltOf(slot)))
}

/** Opens a later copy of the same vault, as another tab or command has stored it. @throws DropError `open_failed` */
export async function reopenVault({ key }: OpenVault, vault: Vault): Promise<OpenVault> {
  return openState(vault, key)
}

/**
 * Adds a way in, or replaces that of the same credential.
 * @param credential - base64url. @param salt - 32 random bytes. @param prf - 32 bytes: the PRF at that salt.
 */
export async function addPasskey(open: OpenVault, credential: string, salt: Bytes, prf: Bytes): Promise<OpenVault> {
  if (salt.length !== PASSKEY_SALT_BYTES || prf.length !== KEY_BYTES) throw new RangeError('32 bytes each')
  if (!isCredential(credential)) throw new RangeError('no id of a credential')
  const bare = { kind: 'passkey', credential, salt: toBase64url(salt) } as const
  const slot = wrap(open.vault.box, open.key, bare, passkeyWrapping(prf, salt))
  const { vault, ...others } = removePasskey(open, credential)
  return { ...others, vault: { ...vault, slots: [...vault.slots, slot] } }
}

export function removePasskey(open: OpenVault, credential: string): OpenVault {
  const slots = open.vault.slots.filter((each) => each.kind !== 'passkey' || each.credential !== credential)
  return { ...open, vault: { ...open.vault, slots } }
}

/** A person with an old copy of the vault and the old passphrase opens that copy still. */
export async function changePassphrase(
  open: OpenVault,
  passphrase: string,
  stretch: Stretch,
  onProgress?: (done: number) => void,
): Promise<OpenVault> {
  const slot = await passphraseSlot(open.vault.box, open.key, passphrase, stretch, onProgress)
  const others = open.vault.slots.filter((each) => each.kind !== 'passphrase')
  return { ...open, vault: { ...open.vault, slots: [slot, ...others] } }
}

/** Seals the next state, under a fresh nonce. */
export async function saveState({ vault, key }: OpenVault, state: BoxState): Promise<OpenVault> {
  if (state.box !== vault.box) throw new TypeError('a vault is of one box')
  return sealState(vault.slots, key, state)
}

/** @returns JSON */
export function formatVault({ v, box, name, slots, state }: Vault): string {
  return JSON.stringify({ v, box, name, slots, state })
}

/** A vault as a store hands it out, or the text that `formatVault` wrote; `undefined` for anything else. */
export function parseVault(value: unknown): Vault | undefined {
  const members = membersOf(typeof value === 'string' ? parseJson(value) : value, VAULT)
  const box = textOf(members?.['box'], parseBoxAddress)
  const name = parseName(members?.['name'])
  const slots = listOf(members?.['slots'], parseSlot)
  const state = members?.['state']
  if (members?.['v'] !== 1 || box === undefined || name === undefined || slots === undefined) return undefined
  if (slots.filter(({ kind }) => kind === 'passphrase').length !== 1 || slots.length > MAX_SLOTS) return undefined
  return typeof state === 'string' && BASE64URL.test(state) ? { v: 1, box, name, slots, state } : undefined
}

function parseSlot(value: unknown): Slot | undefined {
  const passphrase = membersOf(value, ['kind', 'salt', 'wrapped'])
  const members = passphrase ?? membersOf(value, ['kind', 'credential', 'salt', 'wrapped'])
  if (members === undefined) return undefined
  const { kind, credential, salt, wrapped } = members
  const isPassphrase = passphrase !== undefined
  const isSalt = bytesOf(salt, isPassphrase ? PASSPHRASE_SALT_BYTES : PASSKEY_SALT_BYTES) !== undefined
  if (!isSalt || bytesOf(wrapped, WRAPPED_BYTES) === undefined) return undefined
  if (typeof salt !== 'string' || typeof wrapped !== 'string') return undefined
  if (isPassphrase) return kind === 'passphrase' ? { kind, salt, wrapped } : undefined
  return kind === 'passkey' && isCredential(credential) ? { kind, credential, salt, wrapped } : undefined
}

async function passphraseSlot(
  box: BoxAddress,
  key: Bytes,
  passphrase: string,
  stretch: Stretch,
  onProgress?: (done: number) => void,
): Promise<Slot> {
  const salt = randomBytes(PASSPHRASE_SALT_BYTES)
  const wrapping = await stretch(utf8(passphrase.normalize('NFKC')), salt, onProgress)
  return wrap(box, key, { kind: 'passphrase', salt: toBase64url(salt) }, wrapping)
}

function passkeyWrapping(prf: Bytes, salt: Bytes): Bytes {
  return hkdf(prf, salt, 'sealdrop/v1/vault/passkey', KEY_BYTES)
}

function wrap<S extends Omit<Slot, 'wrapped'>>(
  box: BoxAddress,
  key: Bytes,
  slot: S,
  wrapping: Bytes,
): S & { wrapped: string } {
  return { ...slot, wrapped: toBase64url(sealUnder(wrapping, slotContext(box, slot), key)) }
}

function openBy(vault: Vault, slot: Slot, wrapping: Bytes): OpenVault {
  const wrapped = parseBase64url(slot.wrapped, WRAPPED_BYTES)
  if (wrapped === undefined) throw new TypeError('a Vault is made only by its parser')
  return openState(vault, openUnder(wrapping, slotContext(vault.box, slot), wrapped))
}

function openState(vault: Vault, key: Bytes): OpenVault {
  const sealed = decodeState(vault.state)
  const plaintext = openUnder(key, stateContext(vault.box, vault.name), sealed)
  const state = parseState(new TextDecoder('utf-8', { ignoreBOM: true }).decode(plaintext))
  if (state === undefined || state.box !== vault.box) throw new DropError('open_failed')
  return { vault, key, state }
}

function sealState(slots: readonly Slot[], key: Bytes, state: BoxState): OpenVault {
  const { box, name } = state
  const sealed = sealUnder(key, stateContext(box, name), utf8(formatState(state)))
  return { vault: { v: 1, box, name, slots, state: toBase64url(sealed) }, key, state }
}

/** Everything beside a sealed text is bound to it: a vault put together from two does not open. */
function stateContext(box: BoxAddress, name: string): string {
  return ['sealdrop/v1/vault', 'state', box, name].join('\n')
}

function slotContext(box: BoxAddress, slot: Omit<Slot, 'wrapped'>): string {
  const credential = 'credential' in slot ? slot.credential : ''
  return ['sealdrop/v1/vault', slot.kind, box, slot.salt, credential].join('\n')
}

function saltOf({ kind, salt }: Slot): Bytes {
  const bytes = parseBase64url(salt, kind === 'passphrase' ? PASSPHRASE_SALT_BYTES : PASSKEY_SALT_BYTES)
  if (bytes === undefined) throw new TypeError('a Vault is made only by its parser')
  return bytes
}

function decodeState(text: string): Bytes {
  const sealed = parseBase64url(text, Math.floor((text.length * 3) / 4))
  if (sealed === undefined) throw new DropError('open_failed')
  return sealed
}

function isCredential(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_CREDENTIAL_CHARACTERS && BASE64URL.test(value)
}

const VAULT = ['v', 'box', 'name', 'slots', 'state']
const BASE64URL = /^[\w-]+$/
const KEY_BYTES = 32
const PASSPHRASE_SALT_BYTES = 16
const PASSKEY_SALT_BYTES = 32
const WRAPPED_BYTES = 72

/** Of a passphrase and of more passkeys than a person has. */
const MAX_SLOTS = 20

/** 1,023 bytes (WebAuthn Level 3 §4, Credential ID). */
const MAX_CREDENTIAL_CHARACTERS = 1_364
