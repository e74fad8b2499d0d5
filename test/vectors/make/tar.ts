/** One entry of an archive, with any header that a hostile writer may choose. */
export interface TarEntry {
  readonly name: string | Uint8Array
  readonly data?: string | Uint8Array
  readonly type?: string
  readonly mode?: number
  readonly linkname?: string
  readonly prefix?: string
  readonly size?: number
  /** Bytes written over the header before its checksum is computed, at their offsets. */
  readonly patch?: Readonly<Record<number, string>>
  readonly checksum?: number
}

/** A ustar archive (POSIX.1-2017 pax, ustar), including its two closing blocks. */
export function tar(entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.map(tarEntry), Buffer.alloc(1_024)])
}

/** One entry: header, data, zeros up to a block. */
export function tarEntry(entry: TarEntry): Buffer {
  const data = Buffer.from(entry.data ?? '')
  const header = Buffer.alloc(512)
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0')
  header.set(Buffer.from(entry.name).subarray(0, 100))
  header.write(octal(entry.mode ?? 0o600, 7), 100)
  header.write(octal(0, 7), 108)
  header.write(octal(0, 7), 116)
  header.write(octal(entry.size ?? data.length, 11), 124)
  header.write(octal(MODIFIED, 11), 136)
  header.write(entry.type ?? '0', 156)
  header.write(entry.linkname ?? '', 157)
  header.write('ustar\x0000', 257)
  header.write(entry.prefix ?? '', 345)
  for (const [offset, text] of Object.entries(entry.patch ?? {})) header.write(text, Number(offset), 'latin1')
  header.fill(' ', 148, 156)
  const sum = entry.checksum ?? header.reduce((total, byte) => total + byte, 0)
  header.write(`${octal(sum, 6)}\0 `, 148)
  return Buffer.concat([header, data, Buffer.alloc(-data.length & 511)])
}

/** A pax header with one record. POSIX.1-2017 pax, "pax Extended Header". */
export function pax(key: string, value: string, type = 'x'): TarEntry {
  const record = ` ${key}=${value}\n`
  const bytes = Buffer.byteLength(record)
  const digits = String(bytes + String(bytes + 1).length).length
  return { name: 'PaxHeader', type, data: `${bytes + digits}${record}` }
}

/** Every entry's time, in seconds since 1970. */
export const MODIFIED = 1_800_000_000
