import { readFileSync, writeFileSync } from 'node:fs'
import { archiveVectors } from './make/archives.ts'
import { boxRequestVectors } from './make/box-requests.ts'
import { boxVectors } from './make/boxes.ts'
import { envelopeVectors } from './make/envelopes.ts'
import { extentVectors } from './make/extents.ts'
import { keyVectors, linkVectors, shelfVectors, sizeVectors } from './make/links.ts'
import { operatorVectors } from './make/operator.ts'
import { proofVectors } from './make/proofs.ts'
import { publishedVectors } from './make/published.ts'
import { receiptVectors } from './make/receipts.ts'
import { signatureVectors } from './make/signatures.ts'
import { spellingVectors } from './make/spellings.ts'
import { digestVectors, termsVectors } from './make/terms.ts'

// Writes test/vectors/*.json; with --check, compares them instead and exits with 1 if any differs.

const isCheck = process.argv.includes('--check')
const files: Readonly<Record<string, (present: unknown) => unknown>> = {
  'links.json': linkVectors,
  'keys.json': keyVectors,
  'shelves.json': shelfVectors,
  'sizes.json': sizeVectors,
  'terms.json': termsVectors,
  'extents.json': extentVectors,
  'digests.json': digestVectors,
  'signatures.json': signatureVectors,
  'spellings.json': spellingVectors,
  'receipts.json': receiptVectors,
  'proofs.json': proofVectors,
  'archives.json': archiveVectors,
  'envelopes.json': envelopeVectors,
  'boxes.json': boxVectors,
  'box-requests.json': boxRequestVectors,
  'published.json': publishedVectors,
  'operator.json': operatorVectors,
}

for (const [name, make] of Object.entries(files)) {
  const path = new URL(name, import.meta.url)
  const present = readIfThere(path)
  const made = `${JSON.stringify(await make(present === undefined ? undefined : JSON.parse(present)), null, 2)}\n`
  if (made === present) continue
  if (isCheck) process.exitCode = 1
  else writeFileSync(path, made)
  process.stdout.write(`test/vectors/${name} ${isCheck ? 'differs' : 'written'}\n`)
}

function readIfThere(path: URL): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
