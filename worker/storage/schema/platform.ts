/** Tables that the platform keeps beside ours, and those of its local stand-ins under `npm start`. docs/storage.md §4. */
export const PLATFORM = {
  _cf_METADATA: {
    holds: 'in the database of a shelf or a rack: the time of its next alarm',
    columns: { key: 'always 1', value: 'nanoseconds since 1970: the `due` or `forget` that comes next' },
  },
  _cf_ALARM: {
    holds: 'locally, one file for all shelves and one for all racks: the alarms that are set',
    columns: {
      actor_id: 'name of the database file of a shelf or a rack',
      scheduled_time: 'nanoseconds since 1970: its next alarm',
      actor_name: '`shelf-0`, …, `rack-0`, …: the same for all drops and boxes on it',
    },
  },
  _mf_entries: {
    holds: 'one key of the local Workers KV',
    columns: {
      key: 'as in §1.3',
      blob_id: 'name of the file that holds the value; its end is the time of writing, milliseconds since 1970, in hex',
      expiration: 'as in §1.3, in milliseconds',
      metadata: 'always empty',
    },
  },
  _mf_objects: {
    holds: 'one object of the local R2',
    columns: {
      key: 'as in §1.3',
      blob_id: 'as of the local Workers KV',
      version: 'random',
      size: 'bytes of ciphertext of the part',
      etag: 'MD5 of the ciphertext',
      uploaded: 'as in §1.3',
      checksums: 'always {}',
      http_metadata: 'always {}',
      custom_metadata: 'always {}',
    },
  },
  _mf_multipart_uploads: {
    holds: 'nothing: the worker uploads no object of R2 in pieces',
    columns: { upload_id: '', key: '', http_metadata: '', custom_metadata: '', state: '' },
  },
  _mf_multipart_parts: {
    holds: 'nothing, for the same reason',
    columns: {
      upload_id: '',
      part_number: '',
      blob_id: '',
      size: '',
      etag: '',
      checksum_md5: '',
      object_key: '',
    },
  },
} as const
