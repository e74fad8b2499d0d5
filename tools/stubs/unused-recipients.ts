// Stands in for what age-encryption imports for passphrase and for tagged recipients, in the bundles for the browser and the
// command line. Sealdrop seals to hybrid recipients only (docs/protocol.md), so none of it is ever reached: scrypt, P-256 and
// its hybrid are a third of the library. Were it reached after all, nothing may be sealed or opened with a fake: it throws.
export { MLKEM768X25519 } from '@noble/post-quantum/hybrid.js'

function unused(): never {
  throw new TypeError('passphrase and tagged recipients are not in this bundle')
}

const nothing: object = new Proxy({}, { get: unused })

export { unused as scrypt, nothing as p256, nothing as MLKEM768P256 }
