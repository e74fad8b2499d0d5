/** Bytes that were compressed or encoded in other bytes. */
export interface Unwrapped {
  /** How: `gzip`, `base64`, … */
  readonly way: string
  readonly bytes: Uint8Array
}

/**
 * Decodes runs of characters: base64 of either alphabet and hexadecimal, in one piece, in lines or with marks between the digits;
 * lists of numbers; percent-encoding; and characters of two bytes each.
 */
export function decodeRuns(bytes: Uint8Array): Unwrapped[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  const pieces = piecesOf(text)
  return [
    ...decodeWhole(bytes),
    ...RUNS.flatMap(({ pattern, read }) => pieces.flatMap((piece) => matches(piece, pattern).flatMap(read))),
  ]
}

/** An expression that matches millions of characters at once runs out of stack. Pieces overlap, so that a run across a cut is whole in the next one. */
function piecesOf(text: string): string[] {
  const count = Math.ceil(Math.max(1, text.length - SHARED) / (PIECE - SHARED))
  return Array.from({ length: count }, (_, n) => text.slice(n * (PIECE - SHARED), n * (PIECE - SHARED) + PIECE))
}

/** Base64 of either alphabet, from each of its four offsets; hexadecimal from both. */
function decodeWhole(bytes: Uint8Array): Unwrapped[] {
  const found: Unwrapped[] = []
  let start = 0
  let isHex = true
  for (let at = 0; at <= bytes.length; at++) {
    const kind = KINDS[bytes[at] ?? 0] ?? 0
    if (kind > 0) {
      if (kind < 2) isHex = false
      continue
    }
    if (at - start >= LEAST_RUN) {
      const run = Buffer.from(bytes.subarray(start, at)).toString('latin1')
      found.push(...(isHex ? fromHex(run) : fromBase64(run)))
    }
    start = at + 1
    isHex = true
  }
  return found
}

function fromHex(run: string): Unwrapped[] {
  return [0, 1].map((shift) => ({ way: 'hex', bytes: Buffer.from(run.slice(shift), 'hex') }))
}

function fromBase64(run: string): Unwrapped[] {
  return [0, 1, 2, 3].map((shift) => ({ way: 'base64', bytes: Buffer.from(run.slice(shift), 'base64') }))
}

function matches(text: string, pattern: RegExp): string[] {
  return Array.from(text.matchAll(pattern), ([run]) => run)
}

/** 2 for hexadecimal digits, 1 for other characters of base64, 0 for the rest. */
const KINDS = Uint8Array.from({ length: 256 }, (_, code) => {
  const letter = String.fromCharCode(code)
  return /[\da-fA-F]/.test(letter) ? 2 : Number(/[\w+/-]/.test(letter))
})

/** Characters of the shortest run that is decoded. */
const LEAST_RUN = 24

/** Characters of a piece, and how many of them the next piece has as well. */
const PIECE = 2_097_152
const SHARED = 65_536

/** Runs with marks between their digits, and the way to decode each. */
const RUNS: readonly { readonly pattern: RegExp; readonly read: (run: string) => Unwrapped[] }[] = [
  {
    // As in mails and keys, and in a JSON string of these.
    pattern: /(?<![\w+/-])[\w+/-]{4,}(?:(?:\r?\n|\\r\\n|\\n)[ \t]*[\w+/-]{2,})+/g,
    read: (run) => {
      const joined = run.replaceAll(/(?:\\r)?\\n|\s/g, '')
      return joined.length < LEAST_RUN ? [] : fromBase64(joined)
    },
  },
  {
    pattern: /(?:(?:0x|\\x|\\u00)?[\da-f]{2}[ :,;._\t\r\n-]{0,3}){12,}/gi,
    read: (run) => (/^[\da-f]+$/i.test(run) ? [] : fromHex(run.replaceAll(/0x|\\x|\\u00|[^\da-f]/gi, ''))),
  },
  {
    pattern: /\d{1,3}(?:[,; \t\r\n]{1,3}\d{1,3}){11,}/g,
    read: (run) => [{ way: 'list of numbers', bytes: Uint8Array.from(run.split(/\D+/), Number) }],
  },
  {
    pattern: /[\w.~+/%-]{24,}/g,
    read: (run) => {
      const escapes = run.match(/%[\da-f]{2}/gi) ?? []
      // In a file the sign can follow something else by chance, which would then be found a second time.
      const isMeant = escapes.length * LEAST_RUN >= run.length || escapes.some((each) => /2b|2f|3d/i.test(each))
      if (!isMeant) return []
      const plain = run.replaceAll(/%([\da-f]{2})/gi, (_, digits: string) =>
        String.fromCharCode(Number.parseInt(digits, 16)),
      )
      return [{ way: 'percent-encoding', bytes: Buffer.from(plain, 'latin1') }]
    },
  },
  ...[/(?:[\t\r\n -~]\0){24,}/g, /(?:\0[\t\r\n -~]){24,}/g].map((pattern) => ({
    pattern,
    read: (run: string) => [{ way: 'UTF-16', bytes: Buffer.from(run.replaceAll('\0', '')) }],
  })),
]
