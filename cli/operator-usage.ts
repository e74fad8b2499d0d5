/** What `sealdrop help operator` prints. */
export const OPERATOR_USAGE: Readonly<Record<string, string>> = {
  operator: `Usage: sealdrop operator disclose ID --data DIR [-o FILE [--key-file FILE]] [--json]
       sealdrop operator disclose ID --server ORIGIN --key-file FILE [-o FILE] [--json]
       sealdrop operator key FILE [--json]

For who runs a server and is asked what it holds. Nothing is changed, and there
is nothing with which anything could be opened.

disclose prints all that is stored about one drop or one box, with what each
field means, what was searched, what is not held and what may be elsewhere: one
JSON document. The sealed bytes are not in it, only where they lie.

  ID                       a drop id (22 characters), or the address of a box
  --data DIR               the folder of a server that npm start runs; it may go
                           on running
  --server ORIGIN          a server that knows your key as OPERATOR_KEY, and whose
                           clock agrees with this computer's
  -o, --output FILE        write it to FILE, which must not be there, and print
                           its SHA-256
  --key-file FILE          your key: with -o it signs, FILE.sig beside FILE
  --json                   print it on one line; with -o print {"file", "sha256",
                           "signature", "key"}

key makes a key in FILE (PKCS#8, PEM) and prints its public half, for OPERATOR_KEY.
FILE.pub is for whoever checks a signature, with no program of ours:

  openssl pkeyutl -verify -pubin -inkey FILE.pub -rawin -in X -sigfile X.sig
`,
}
