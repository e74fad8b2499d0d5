/**
 * Every number of the protocol, with its unit: first those that the ends must agree on (docs/protocol.md §9), then those that an
 * implementation chooses.
 */

// Specification constants

/** Largest part of a drop's ciphertext, in bytes (8 MiB). docs/protocol.md §9. */
export const PART_BYTES = 8_388_608

/** Smallest part except the last, in bytes (4 MiB): it bounds the number of parts of a drop. docs/protocol.md §9. */
export const MIN_PART_BYTES = 4_194_304

/** Chunks of 64 KiB in every part except the last, so that no chunk is split between parts. docs/protocol.md §3.5. */
export const PART_CHUNKS = 127

/** Longest time from the beginning of an upload in parts to its commit, in seconds (1 day). docs/protocol.md §6.8. */
export const UPLOAD_LIFE_SECONDS = 86_400

/** Largest text of an archive, and its `meta.json`, in bytes: both are held in memory. docs/protocol.md §3.4. */
export const MAX_TEXT_BYTES = 8_388_608
export const MAX_META_BYTES = 1_048_576

/** Shortest and longest life of a drop, and the one that a client offers first, in seconds. docs/protocol.md §9. */
export const MIN_TTL_SECONDS = 300
export const MAX_TTL_SECONDS = 2_592_000
export const DEFAULT_TTL_SECONDS = 86_400

/** Number of readers that may open a drop. docs/protocol.md §9. */
export const MIN_READS = 1
export const MAX_READS = 100

/** Wrong passphrases after which a drop destroys itself. docs/protocol.md §6.3. */
export const MAX_TRIES = 10

/** Claims that a sender may dismiss over the life of a drop; each stays on the shelf until expiry. docs/protocol.md §6.7. */
export const MAX_DISMISSALS = 100

/** Largest difference between `created` and the server's clock, either way, in seconds. docs/protocol.md §5.3. */
export const CLOCK_WINDOW_SECONDS = 300

/** Latest `created` of a signature: the last time of a Date (ECMA-262 §21.4.1.1), in seconds. docs/protocol.md §5.1. */
export const MAX_CREATED_SECONDS = 8_640_000_000_000

/** Life of a nonce, in milliseconds (10 minutes). docs/protocol.md §5.3. */
export const NONCE_LIFE_MS = 600_000

/** Bytes of randomness in a link. docs/protocol.md §2. */
export const LINK_SECRET_BYTES = 24

/** Bytes of a drop id. docs/protocol.md §2. */
export const DROP_ID_BYTES = 16

/** An age header longer than this, in bytes, is refused unread: 1,000 hybrid stanzas cost seconds of CPU. docs/protocol.md §3.4. */
export const MAX_AGE_HEADER_BYTES = 65_536

/** An age header with more stanzas than this is refused before any is tried. docs/protocol.md §3.4. */
export const MAX_AGE_STANZAS = 20

/** Entries in a drop's archive. docs/protocol.md §3.2. */
export const MAX_ENTRIES = 1_000

/**
 * UTF-8 bytes in a part of an entry's name, and in all of it with its folders: the limits of file systems (`NAME_MAX` of Linux,
 * and its `PATH_MAX` without the terminator). docs/protocol.md §3.2.
 */
export const MAX_NAME_BYTES = 255
export const MAX_PATH_BYTES = 4_095

/** Length of an epoch, for which the keys of one card are used, in seconds (7 days). docs/protocol.md §13.3. */
export const EPOCH_SECONDS = 604_800

/**
 * Time for which a card is valid after its epoch, in seconds (1 day): clocks differ, and owners are late. docs/protocol.md §13.3.
 */
export const CARD_GRACE_SECONDS = 86_400

/** Time for which a card is valid before its epoch, in seconds (1 hour): clocks differ. docs/protocol.md §13.3. */
export const CARD_EARLY_SECONDS = 3_600

/** Epochs ahead of the present one for which an owner publishes cards. docs/protocol.md §13.3. */
export const EPOCHS_AHEAD = 13

/**
 * Time for which a key may be needed after its epoch, in seconds (33 days): the card's grace, a day of upload, the longest life
 * of a drop, and the rest of the day on which that ends. docs/protocol.md §13.3.
 */
export const KEY_LIFE_SECONDS = 2_851_200

/** Readers of a box. docs/protocol.md §13.4. */
export const MAX_BOX_READERS = 8

/** Characters of a name on a card. docs/protocol.md §13.4. */
export const MAX_BOX_NAME_CHARACTERS = 80

/** Life of a drop in a box that a client offers first, in seconds (14 days). docs/protocol.md §13.5. */
export const DEFAULT_BOX_TTL_SECONDS = 1_209_600

/** Bytes of the smallest drop for a box: one stanza, and an archive of the smallest size class. docs/protocol.md §13.5. */
export const MIN_BOX_DROP_BYTES = 18_043

/** Bytes of an invitation's secret. docs/protocol.md §13.8. */
export const INVITATION_BYTES = 16

/** Characters of a card, and of the keys of a reader. docs/protocol.md §9. */
export const MAX_CARD_CHARACTERS = 32_768
export const MAX_READER_KEYS_CHARACTERS = 49_152

/** Drops in one request to delete. docs/protocol.md §13.7. */
export const MAX_DELETED = 100

// Implementation constants

/** Limits of a box with a card, unless the operator sets others: drops, bytes of ciphertext, and bytes that arrive in one day. */
export const BOX_ITEMS = 10_000
export const BOX_BYTES = 5_368_709_120
export const BOX_BYTES_PER_DAY = 1_073_741_824

/** The same for an address without a card: the sender's side of a conversation. */
export const BARE_BOX_ITEMS = 100
export const BARE_BOX_BYTES = 1_073_741_824

/** Time for which a drop may be pending before its rack asks about it, in milliseconds (10 minutes). */
export const PENDING_MS = 600_000

/** Uninvited drops that may be pending before the oldest make room: announcements alone must not close a box. */
export const MAX_PENDING = 100

/** Time after the end of its last card for which an empty box is remembered, in days (26 weeks). */
export const CARDS_KEPT_DAYS = 182

/** Invitations that a box has at once. */
export const MAX_INVITATIONS = 100

/** Items that one answer lists. */
export const MAX_LISTED = 200

/** Longest accepted body of `publish`, in bytes: fourteen cards. */
export const MAX_CARDS_BYTES = 460_800

/** Longest accepted body of `delete`, in bytes: a hundred ids of 22 characters. */
export const MAX_DELETE_BYTES = 2_560

/** The largest drop, in bytes of ciphertext, unless the operator sets another: on Workers KV (100 MiB), and on R2 (5 GiB). */
export const DEFAULT_LARGEST_ON_KV = 104_857_600
export const DEFAULT_LARGEST_ON_R2 = 5_368_709_120

/** Largest number of parts in a `Drop-Extent`: six digits. */
export const MAX_PARTS = 999_999

/** Longest passphrase that a client takes, in bytes of UTF-8: anything longer is another file by mistake. */
export const MAX_PASSPHRASE_BYTES = 4_096

/** Longest accepted `Drop-Terms`, `Drop-Extent`, `Signature-Input` and `Signature` fields, in characters. */
export const MAX_TERMS_CHARACTERS = 512
export const MAX_EXTENT_CHARACTERS = 64
/** The last two have room for signatures that others add on the way (RFC 9421 §4.3). */
export const MAX_SIGNATURE_INPUT_CHARACTERS = 2_048
export const MAX_SIGNATURE_CHARACTERS = 2_048

/** Longest `keyid` of a signature, in characters: receipts contain it. */
export const MAX_KEYID_CHARACTERS = 64

/** Longest accepted body of a request other than a part, in bytes. */
export const MAX_BODY_BYTES = 1_024

/** Longest query that is read, in characters, with its `?`. No request has one of more than 32. */
export const MAX_QUERY_CHARACTERS = 64

/** Characters of a nonce: at least 128 bits of base64url, at most as many as a receipt has room for. */
export const MIN_NONCE_CHARACTERS = 22
export const MAX_NONCE_CHARACTERS = 64

/**
 * Refusals that must not tell what was found leave a shelf or a rack after this time, or after certain multiples of it, in
 * milliseconds: many times as long as the work behind them.
 */
export const REFUSAL_PADDING_MS = 10

/** Time that a client is told to wait when the store has not caught up, in seconds. */
export const RETRY_AFTER_SECONDS = 5

/**
 * Longest time until a store shows a written value, in seconds. Workers KV takes 60 or more
 * (https://developers.cloudflare.com/kv/concepts/how-kv-works/); a value that is missing after ten times that is lost.
 */
export const STORE_SETTLES_SECONDS = 600

/** Time for which ciphertext may outlive its drop in the store, in seconds: bytes must never vanish first. */
export const STORE_MARGIN_SECONDS = 3_600

/**
 * Attempts to upload a drop of one part that may be under way or lost; for a drop in parts, the number of attempts beyond that of
 * its parts. Each is a store key on the shelf until the drop ends.
 */
export const MAX_ATTEMPTS = 100

/** Time until a shelf repeats a failed deletion, in milliseconds. */
export const SWEEP_RETRY_MS = 60_000

/** Time after its end at which a drop is deleted once more, if some of it may have arrived late, in milliseconds (10 minutes). */
export const LATE_PUT_MS = 600_000

/** Drops that one alarm ends before it arms itself again. */
export const SWEEP_BATCH = 100

/** Blobs that one request or one alarm deletes: KV and R2 take 1,000 operations, and R2 1,000 keys in one of them. */
export const ERASE_BATCH = 900
