// The web globals that this folder may use, and no more: what is not declared here does not compile.
// Every runtime that Sealdrop runs in (workerd, browsers, Node) has them.

interface CryptoKey {
  readonly type: string
}

declare const crypto: {
  readonly subtle: {
    digest(algorithm: 'SHA-256', data: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer>
    importKey(
      format: 'raw',
      keyData: Uint8Array<ArrayBuffer>,
      algorithm: 'Ed25519',
      extractable: boolean,
      usages: 'verify'[],
    ): Promise<CryptoKey>
    verify(
      algorithm: 'Ed25519',
      key: CryptoKey,
      signature: Uint8Array<ArrayBuffer>,
      data: Uint8Array<ArrayBuffer>,
    ): Promise<boolean>
  }
}

declare class TextEncoder {
  encode(input: string): Uint8Array<ArrayBuffer>
}

declare class TextDecoder {
  constructor(label?: 'utf-8', options?: { fatal?: boolean; ignoreBOM?: boolean })
  decode(input: Uint8Array): string
}
