import { bech32m } from '@scure/base'
import { equalBytes, joinBytes, sha256, utf8, type Bytes } from './bytes.ts'
import { ADDRESS_PREFIX } from './misplaced-code.ts'
import { publicKeyBytes, type PublicKey } from './public-key.ts'

declare const brand: unique symbol

/** Names a box: `sdbox1…`, 65 characters. The hash of its root key, so that it certifies itself. docs/protocol.md §13.1. */
export type BoxAddress = string & { readonly [brand]: 'BoxAddress' }

/** The address in `text`, in the one spelling that programs use; `undefined` for any other. docs/protocol.md §13.1. */
export function parseBoxAddress(text: string): BoxAddress | undefined {
  const address = parseTypedAddress(text)
  return address === text ? address : undefined
}

/** The address in `text` as a QR code may have it: in either case. */
export function parseTypedAddress(text: string): BoxAddress | undefined {
  try {
    const { prefix, words } = bech32m.decode(text as `${string}1${string}`)
    const [version, ...hash] = bech32m.fromWords(words)
    if (prefix !== ADDRESS_PREFIX || version !== VERSION || hash.length !== HASH_BYTES) return undefined
    return formatBoxAddress(new Uint8Array(hash))
  } catch {
    return undefined
  }
}

/** @param hash - 32 bytes. */
export function formatBoxAddress(hash: Uint8Array): BoxAddress {
  return bech32m.encode(
    ADDRESS_PREFIX,
    bech32m.toWords(new Uint8Array([VERSION, ...hash])),
    false,
  ) as string as BoxAddress
}

/** The 32 bytes of an address. */
export function boxAddressBytes(address: BoxAddress): Bytes {
  return new Uint8Array(bech32m.fromWords(bech32m.decode(address as string as `${string}1${string}`).words).slice(1))
}

/** The address of a root key: SHA-256("sealdrop/v1/box" ‖ key). docs/protocol.md §13.1. */
export async function addressOf(root: PublicKey): Promise<BoxAddress> {
  return formatBoxAddress(await sha256(joinBytes([utf8('sealdrop/v1/box'), publicKeyBytes(root)])))
}

/** Whether this root key is the box's. */
export async function isRootOf(root: PublicKey, address: BoxAddress): Promise<boolean> {
  return equalBytes(boxAddressBytes(await addressOf(root)), boxAddressBytes(address))
}

const VERSION = 0
const HASH_BYTES = 32
