// Replaces the imports of age-encryption for passphrase and tagged recipients in the bundles for the browser and the command line.
// Sealdrop seals to hybrid recipients only (docs/protocol.md), so none of them is ever called: scrypt, P-256 and its hybrid are a
// third of the library. If one is called after all, nothing may be sealed or opened with a fake: it throws.
export { MLKEM768X25519 } from '@noble/post-quantum/hybrid.js'

function unused(): never {
  throw new TypeError('passphrase and tagged recipients are not in this bundle')
}

const nothing: object = new Proxy({}, { get: unused })

export { unused as scrypt, nothing as p256, nothing as MLKEM768P256 }
