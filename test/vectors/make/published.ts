import { argon2Sync, createCipheriv, createHash, sign } from 'node:crypto'
import { expand, extract } from '../../../reference/kdf.ts'
import { ed25519Key, rawPublicKey } from '../../../reference/keys.ts'

/** `published.json`: vectors from RFCs and other specifications. Each is computed again here, so that none is mistyped. */
export function publishedVectors(): unknown {
  for (const { ikm, salt, info, prk, okm, length } of HKDF) {
    same('RFC 5869', extract(hex(salt), hex(ikm)).toString('hex'), prk)
    same('RFC 5869', expand(hex(prk), hex(info), length).toString('hex'), okm)
  }
  for (const { seed, publicKey, message, signature } of ED25519) {
    same('RFC 8032', rawPublicKey(ed25519Key(hex(seed))).toString('hex'), publicKey)
    same('RFC 8032', sign(null, hex(message), ed25519Key(hex(seed))).toString('hex'), signature)
  }
  const { passphrase, salt, secret, associatedData, tag, ...cost } = ARGON2ID
  const input = { message: hex(passphrase), nonce: hex(salt), secret: hex(secret), associatedData: hex(associatedData) }
  same('RFC 9106', argon2Sync('argon2id', { ...input, ...cost, tagLength: 32 }).toString('hex'), tag)
  same('RFC 8439', seal(AEAD.key, AEAD.nonce, AEAD.plaintext, AEAD.associatedData), AEAD.box)
  same('RFC 9421', sign(null, Buffer.from(HTTP.base), ed25519Key(hex(HTTP.seed))).toString('base64'), HTTP.signature)
  const own = ['', '00', '616263', 'ff'.repeat(100)].map((plaintext) => {
    const { key, nonce } = AEAD
    return { key, nonce, plaintext, box: seal(key, nonce, plaintext, '') }
  })
  return {
    hkdf: HKDF,
    argon2id: ARGON2ID,
    ed25519: ED25519,
    aead: { rfc8439: AEAD, withoutAssociatedData: own },
    rfc9421: HTTP,
    bech32m: BECH32M,
  }
}

function seal(key: string, nonce: string, plaintext: string, associatedData: string): string {
  const cipher = createCipheriv('chacha20-poly1305', hex(key), hex(nonce), { authTagLength: 16 })
  cipher.setAAD(hex(associatedData), { plaintextLength: plaintext.length / 2 })
  return Buffer.concat([cipher.update(hex(plaintext)), cipher.final(), cipher.getAuthTag()]).toString('hex')
}

function same(source: string, computed: string, published: string): void {
  if (computed !== published)
    throw new Error(
      `${source} is mistyped in tools/vectors/published.ts: ${createHash('sha256').update(published).digest('hex')}`,
    )
}

const hex = (text: string): Buffer => Buffer.from(text, 'hex')
const range = (from: number, to: number): string =>
  Buffer.from(Array.from({ length: to - from }, (_, index) => from + index)).toString('hex')

/** RFC 5869 §A.1 to A.3. */
const HKDF = [
  {
    ikm: '0b'.repeat(22),
    salt: range(0, 13),
    info: range(0xf0, 0xfa),
    length: 42,
    prk: '077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5',
    okm: '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
  },
  {
    ikm: range(0, 0x50),
    salt: range(0x60, 0xb0),
    info: range(0xb0, 0x100),
    length: 82,
    prk: '06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244',
    okm: 'b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87',
  },
  {
    ikm: '0b'.repeat(22),
    salt: '',
    info: '',
    length: 42,
    prk: '19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04',
    okm: '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
  },
]

/** RFC 8032 §7.1, tests 1 to 3. */
const ED25519 = [
  {
    seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    publicKey: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    message: '',
    signature:
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  },
  {
    seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: '72',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
  {
    seed: 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    publicKey: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    message: 'af82',
    signature:
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  },
]

/** RFC 9106 §5.3. */
const ARGON2ID = {
  passphrase: '01'.repeat(32),
  salt: '02'.repeat(16),
  secret: '03'.repeat(8),
  associatedData: '04'.repeat(12),
  memory: 32,
  passes: 3,
  parallelism: 4,
  tag: '0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659',
}

/** RFC 8439 §2.8.2. */
const AEAD = {
  key: range(0x80, 0xa0),
  nonce: '070000004041424344454647',
  associatedData: '50515253c0c1c2c3c4c5c6c7',
  plaintext: Buffer.from(
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
  ).toString('hex'),
  box: 'd31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691',
}

/** RFC 9421 §B.2.6, with the key of §B.1.4. */
const HTTP = {
  seed: '9f8362f87a484a954e6e740c5b4c0e84229139a20aa8ab56ff66586f6a7d29c5',
  publicKey: 'JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs',
  method: 'POST',
  targetUri: 'https://example.com/foo?param=Value&Pet=dog',
  fields: { date: 'Tue, 20 Apr 2021 02:07:55 GMT', 'content-type': 'application/json', 'content-length': '18' },
  components: ['date', '@method', '@path', '@authority', 'content-type', 'content-length'],
  created: 1_618_884_473,
  keyid: 'test-key-ed25519',
  base: [
    '"date": Tue, 20 Apr 2021 02:07:55 GMT',
    '"@method": POST',
    '"@path": /foo',
    '"@authority": example.com',
    '"content-type": application/json',
    '"content-length": 18',
    '"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
  ].join('\n'),
  label: 'sig-b26',
  signature: 'wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==',
}

/** BIP-350, "Test vectors". */
const BECH32M = {
  valid: [
    'A1LQFN3A',
    'a1lqfn3a',
    'an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11sg7hg6',
    'abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx',
    '11llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllludsr8',
    'split1checkupstagehandshakeupstreamerranterredcaperredlc445v',
    '?1v759aa',
  ],
  invalid: [
    '\u00201xj0phk',
    '\u007f1g6xzxy',
    '\u00801vctc34',
    'an84characterslonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11d6pts4',
    'qyrz8wqd2c9m',
    '1qyrz8wqd2c9m',
    'y1b0jsk6g',
    'lt1igcx5c0',
    'in1muywd',
    'mm1crxm3i',
    'au1s5cgom',
    'M1VUXWEZ',
    '16plkw9',
    '1p2gdwpf',
  ],
}
