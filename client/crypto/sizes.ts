/** Lengths in an age file, apart from its ciphers: a page counts with them before it has fetched those. C2SP age.md, Payload. */

/** Bytes of plaintext in every chunk but the last. */
export const CHUNK_BYTES = 65_536

/** Bytes that a chunk is longer by when it is sealed (RFC 8439 §2.8). */
export const TAG_BYTES = 16

export const PAYLOAD_NONCE_BYTES = 16

/** Bytes of the header for so many hybrid recipients, its MAC line included. C2SP age.md, MLKEM768-X25519. */
export function headerSize(stanzas: number): number {
  return HEADER_FRAME_BYTES + stanzas * STANZA_BYTES
}

/** Bytes of the header of a drop for a link: it has one recipient. */
export const HEADER_BYTES = 1_627

/** Bytes of a payload, its nonce included, for so many bytes of plaintext. */
export function payloadSize(plaintextBytes: number): number {
  const chunks = Math.max(1, Math.ceil(plaintextBytes / CHUNK_BYTES))
  return PAYLOAD_NONCE_BYTES + plaintextBytes + chunks * TAG_BYTES
}

/** The version line, and the MAC line. */
const HEADER_FRAME_BYTES = 70

/** `-> mlkem768x25519 `, 1,120 bytes in base64, a line of 32 bytes in base64, and both ends of line. */
const STANZA_BYTES = 1_557
