/** The stores of ciphertext: what is under one key. docs/storage.md §1.3. */
export const STORES = {
  kv: {
    name: 'Workers KV',
    prefix: 'part/',
    lives:
      'until the last read is acknowledged, the sender revokes, one wrong passphrase too many comes, the owner of the box deletes it, or the drop expires, whichever is first; by itself one hour after the drop, of a part at most a day later',
    fields: {
      key: {
        form: 'text',
        means: '`part/` and a random UUID, made for one attempt to upload and never used twice',
        by: ['create', 'upload'],
        changes: 'never',
        tells: 'nothing: only the row on a shelf ties it to a drop',
      },
      value: {
        form: 'bytes',
        means: 'the age file or a part of it, as it was sent, at most 8 MiB',
        by: ['create', 'upload'],
        changes: 'never',
        tells: 'its length, and in its header the number of recipients: none of their keys',
      },
      expiration: {
        form: 'seconds since 1970',
        means:
          'when KV forgets it by itself: the life of the drop and one hour; for a part also the rest of the upload’s day',
        by: ['create', 'upload'],
        changes: 'never',
        tells: 'what `expires` on the row tells',
      },
    },
    metadata: 'none',
  },
  r2: {
    name: 'R2',
    prefix: 'r2/',
    lives:
      'as in Workers KV, but it forgets nothing by itself: the operator sets a rule that deletes after 32 days what a crash left over',
    fields: {
      key: {
        form: 'text',
        means: '`r2/` and a random UUID, made for one attempt to upload and never used twice',
        by: ['upload'],
        changes: 'never',
        tells: 'nothing: only the row on a shelf ties it to a drop',
      },
      value: {
        form: 'bytes',
        means: 'a part of a drop that has several, as it was sent, at most 8 MiB',
        by: ['upload'],
        changes: 'never',
        tells: 'its length, and in the header of the first the number of recipients: none of their keys',
      },
      uploaded: {
        form: 'milliseconds since 1970',
        means: 'when it was written: R2 notes it by itself, with the length, a checksum (`etag`) and a version',
        by: ['upload'],
        changes: 'never',
        tells: 'when the part was uploaded, to the millisecond',
      },
    },
    metadata: 'none of ours',
  },
} as const
